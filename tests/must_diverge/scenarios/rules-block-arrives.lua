-- A block arrives and is not used.
return scenario {
  title    = "a block that arrives",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { count = 2, from = "hsm1" })
    z:deliver("hsm2", z:transfer("hsm1", { key = key, count = 2, to = "hsm2", ticket = ticket }))
    z:status("hsm2", key)
  end,
}
