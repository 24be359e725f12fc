-- Of two keys the second signs.
return scenario {
  title    = "a signature with the second key",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    z:keygen("hsm1")
    z:sign("hsm1", z:keygen("hsm1"), "a")
  end,
}
