-- Both blocks would be for one ticket; neither is delivered.
return scenario {
  title    = "two transfers for one ticket",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { count = 1, from = "hsm1" })
    z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket })
    z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket })
  end,
}
