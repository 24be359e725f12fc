-- Every party makes a key; nobody uses any.
return scenario {
  title    = "a key of each party",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    z:keygen("hsm1")
    z:keygen("hsm2")
  end,
}
