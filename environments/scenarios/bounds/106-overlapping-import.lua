-- A payload credits indices that the receiver owns already. Payloads carry one interval here, so a list that overlaps itself
-- cannot be written; a corrupted member seals intervals that overlap what is owned, by much and by one.
local lib = use "catalogue"
return scenario {
  title = "106 an import overlaps what is owned",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm2", key, 8) -- [24,32)
    local ticket = z:request("hsm2", { key = key, count = 8, from = "hsm1" })
    local stolen = z:corrupt("hsm1")
    for _, a in ipairs { 24, 23, 17, 20 } do
      lib.nothing(z:deliver("hsm2", z:seal { with = stolen.sealing[1], from = "hsm1", to = "hsm2", ticket = ticket,
                                             key = stolen.keys[1], a = a, b = a + 8 }))
    end
    lib.remaining(z, "hsm2", key, 8)
    lib.accepted(z:deliver("hsm2", z:seal { with = stolen.sealing[1], from = "hsm1", to = "hsm2", ticket = ticket,
                                            key = stolen.keys[1], a = 16, b = 24 }), 8)
    lib.remaining(z, "hsm2", key, 16)
    local seen = {}
    lib.use_up(z, "hsm2", key, seen)
    assert(lib.count(seen) == 16)
  end,
}
