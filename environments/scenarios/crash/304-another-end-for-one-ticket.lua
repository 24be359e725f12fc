-- A sealed block is lost in a crash; the next one for the ticket begins at the same index and ends earlier.
return scenario {
  title = "304 a crash takes a sealed payload, and the next for the ticket differs in its end only",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local t = z:request("hsm2", { key = key, count = 3, from = "hsm1" })
    local other = z:request("hsm3", { key = key, count = 1, from = "hsm1" })
    z:crash("hsm1", "before")
    assert(z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = t }) == nil) -- [28,32) sealed, never written
    z:restart("hsm1")
    assert(z:deliver("hsm3", z:transfer("hsm1", { key = key, count = 1, to = "hsm3", ticket = other })).a == 31)
    local got = z:deliver("hsm2", z:transfer("hsm1", { key = key, count = 3, to = "hsm2", ticket = t }))
    assert(got.a == 28 and got.b == 31)
  end,
}
