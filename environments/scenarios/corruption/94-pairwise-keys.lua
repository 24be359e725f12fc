-- One key for each pair: a corrupted module opens what was sent to or by itself, and nothing else.
local lib = use "catalogue"
return scenario {
  title = "94 with pairwise keys the damage is confined",
  source = "ours",
  expect = "indistinguishable",
  trust = "pairwise",
  environment = function (z)
    local key, other = z:keygen("hsm1"), z:keygen("hsm1")
    local theirs = lib.give(z, "hsm1", "hsm2", key, 4)
    local mine = lib.give(z, "hsm1", "hsm3", other, 4)
    local stolen = z:corrupt("hsm3")
    local opened = 0
    for _, with in ipairs(stolen.sealing) do
      assert(z:open(with, theirs) == nil, "it opens what was sent between others")
      if z:open(with, mine) then opened = opened + 1 end
    end
    assert(#stolen.sealing == 2 and opened == 1)
    assert(z:verify("hsm1", other, "forged", z:forge(stolen.keys[1], 3, "forged")), "its own key is compromised")
    assert(not z:verify("hsm1", key, "forged", z:forge(stolen.keys[1], 3, "forged")))
    lib.signs(z, "hsm2", key, "the other is not", 28)
    -- it cannot speak as hsm1 towards hsm2
    local ticket = z:request("hsm2", { key = other, count = 1, from = "hsm1" })
    for _, with in ipairs(stolen.sealing) do
      lib.nothing(z:deliver("hsm2", z:seal { with = with, from = "hsm1", to = "hsm2", ticket = ticket,
                                             key = stolen.keys[1], a = 0, b = 1 }))
    end
  end,
}
