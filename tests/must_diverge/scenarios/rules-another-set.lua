-- A party is asked for a key of a set that there is not.
return scenario {
  title    = "a set of another name",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    z:keygen("hsm1", "of no name")
  end,
}
