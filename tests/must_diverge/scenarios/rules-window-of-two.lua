-- A restart loses two that were reserved.
return scenario {
  title    = "a power failure with a window of two",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8, reservation = 2,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    z:sign("hsm1", key, "a")
    z:crash("hsm1")
    z:restart("hsm1")
  end,
}
