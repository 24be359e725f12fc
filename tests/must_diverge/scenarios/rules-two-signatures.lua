-- Two messages, two indices.
return scenario {
  title    = "two signatures",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    z:sign("hsm1", key, "a")
    z:sign("hsm1", key, "b")
  end,
}
