-- Z says 1 in both worlds.
return scenario {
  title    = "a guess of one",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    z:keygen("hsm1")
    return 1
  end,
}
