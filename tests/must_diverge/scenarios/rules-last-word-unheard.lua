-- The last thing that Z does is not answered.
return scenario {
  title    = "the end is an input to a party that is down",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    z:crash("hsm1", "now")
    z:sign("hsm1", key, "a")
  end,
}
