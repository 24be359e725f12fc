-- An index fits its field and not the tree. A corrupted member, the only one who can, seals blocks beyond the end, empty
-- ones and ones that end before they begin. They are refused and nothing is touched.
local lib = use "catalogue"
return scenario {
  title = "105 a block beyond the end of the tree",
  source = "HBS",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local tickets = {}
    for _, count in ipairs { 1, 2, 4 } do
      tickets[count] = z:request("hsm2", { key = key, count = count, from = "hsm1" })
    end
    local stolen = z:corrupt("hsm1")
    local function forge(count, a, b)
      return z:seal { with = stolen.sealing[1], from = "hsm1", to = "hsm2", ticket = tickets[count],
                      key = stolen.keys[1], a = a, b = b }
    end
    for _, block in ipairs { { 1, 32, 33 }, { 4, 30, 34 }, { 4, 29, 33 }, { 2, -1, 1 }, { 2, math.maxinteger - 1, math.maxinteger + 1 },
                             { 1, 5, 5 }, { 1, 6, 5 }, { 1, 1 << 32, (1 << 32) + 1 } } do
      lib.nothing(z:deliver("hsm2", forge(block[1], block[2], block[3])))
    end
    lib.refused(z:status("hsm2", key), "unknown-key")
    lib.accepted(z:deliver("hsm2", forge(4, 28, 32)), 4)
    lib.signs(z, "hsm2", key, "the last four", 28)
  end,
}
