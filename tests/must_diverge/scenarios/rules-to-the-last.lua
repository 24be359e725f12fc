-- Every index signs, the last one too.
return scenario {
  title    = "signatures to the last",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 2,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    z:sign("hsm1", key, "a")
    z:sign("hsm1", key, "b")
  end,
}
