-- Of two keys the second is handed over.
return scenario {
  title    = "a block of the second key",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    z:keygen("hsm1")
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { count = 1, from = "hsm1" })
    z:deliver("hsm2", z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket }))
  end,
}
