-- A corrupted member hands over indices that it never owned: they belong to an honest one. As 91: the key is compromised
-- and the block is accepted; another key, which never travelled and which no corrupted party holds, is not touched.
local lib = use "catalogue"
return scenario {
  title = "92 a corrupted member hands over indices it never owned",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm2", key, 4)
    lib.give(z, "hsm1", "hsm3", key, 2)
    local safe = z:keygen("hsm1")
    local stolen = z:corrupt("hsm2")
    local ticket = z:request("hsm3", { key = key, count = 6, from = "hsm2" })
    local forged = z:seal { with = stolen.sealing[1], from = "hsm2", to = "hsm3", ticket = ticket,
                            key = stolen.keys[1], a = 0, b = 6 }
    lib.accepted(z:deliver("hsm3", forged), 6)
    lib.signs(z, "hsm3", key, "the honest owner's index", 0)
    lib.signs(z, "hsm1", key, "signs with it as well", 0)
    local s = z:forge(stolen.keys[1], 5, "forged")
    assert(z:verify("hsm1", key, "forged", s), "all holders share the seed: a stolen one forges")
    assert(not z:verify("hsm1", safe, "forged", s))
    lib.signs(z, "hsm1", safe, "not touched", 0)
  end,
}
