-- The only transfer of a key crashes after its write; after the restart it is resent, opened, and A forges.
return scenario {
  title = "305 a transfer that was sent only by a resend compromises its key like any other",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local t = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    z:crash("hsm1", "middle")
    assert(z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = t }) == nil)
    z:restart("hsm1")
    local p = z:resend("hsm1", { to = "hsm2", ticket = t })
    local state = z:corrupt("hsm3")
    local what = z:open(state.sealing[1].key, p)
    assert(what and what.a == 28)
    assert(z:verify("hsm2", key, "forged", z:forge(what.seed, 0, "forged")))
  end,
}
