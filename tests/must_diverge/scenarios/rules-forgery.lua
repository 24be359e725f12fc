-- A signature of one message is shown with another.
return scenario {
  title    = "a signature of something else",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local signed = z:sign("hsm1", key, "a")
    z:verify("hsm2", key, "b", signed)
  end,
}
