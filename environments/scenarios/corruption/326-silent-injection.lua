-- The receiver of an injected block dies before it answers; the true owner goes on.
return scenario {
  title = "326 an injection whose receiver crashes, and the true owner signs on",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local t = z:request("hsm2", { key = key, count = 1, from = "hsm1" })
    local p = z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = t })
    local seal = z:corrupt("hsm3").sealing[1].key
    local inside = z:open(seal, p)
    z:crash("hsm2", "middle")
    z:deliver("hsm2", z:seal { with = seal, from = "hsm1", to = "hsm2", ticket = t, key = inside, a = 0, b = 1 })
    assert(z:sign("hsm1", key, "a").index == 0)
  end,
}
