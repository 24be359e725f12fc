-- A party goes down and comes back with nothing to lose.
return scenario {
  title    = "a power failure",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    z:crash("hsm1", "now")
    z:restart("hsm1")
  end,
}
