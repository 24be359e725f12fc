-- A party is asked for a key that it does not hold.
return scenario {
  title    = "the status of a key of somebody else",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    z:status("hsm2", z:keygen("hsm1"))
  end,
}
