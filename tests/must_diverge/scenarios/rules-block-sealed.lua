-- A payload as it really looks.
return scenario {
  title    = "a sealed block on its way",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8, seal = "real",
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { count = 1, from = "hsm1" })
    z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket })
  end,
}
