-- A corrupted source seals what it likes. However many intervals the receiver has, a block that touches any of them, at its
-- lower end, at its upper end, within or around it, is not taken, and the ticket stays open for one that touches none.
local lib = use "catalogue"
return scenario {
  title = "355 an overlap with any of many intervals",
  source = "ours",
  expect = "indistinguishable",
  for_each = { intervals = { 1, 9, 20 }, order = { "upwards", "downwards" } },
  scheme = "LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W1",
  capacity = 128,
  crypto = "ideal",
  environment = function (z)
    local key = z:keygen("hsm1")
    local stolen = z:corrupt("hsm1")
    local ticket = {}
    for _, count in ipairs { 1, 2, 3, 5 } do ticket[count] = z:request("hsm2", { key = key, count = count, from = "hsm1" }) end
    local function give(a, b, with)
      return z:deliver("hsm2", z:seal { with = stolen.sealing[1], from = "hsm1", to = "hsm2", ticket = with, key = stolen.keys[1],
                                        a = a, b = b })
    end
    local n = params.intervals
    local function at(i) return 6 * (params.order == "upwards" and i or n - 1 - i) + 1 end -- [at, at+3)
    for i = 0, n - 1 do
      lib.accepted(give(at(i), at(i) + 3, z:request("hsm2", { key = key, count = 3, from = "hsm1" })), 3)
    end
    for i = 0, n - 1 do
      local a = at(i)
      for _, block in ipairs { { a - 1, a + 1 }, { a, a + 1 }, { a + 1, a + 2 }, { a + 2, a + 3 }, { a + 2, a + 4 }, { a, a + 3 }, { a - 1, a + 4 } } do
        lib.nothing(give(block[1], block[2], ticket[block[2] - block[1]]))
      end
    end
    lib.remaining(z, "hsm2", key, 3 * n)
    lib.accepted(give(at(n - 1) + 4, at(n - 1) + 5, ticket[1]), 1)
  end,
}
