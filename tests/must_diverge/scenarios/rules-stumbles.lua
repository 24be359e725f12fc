-- A script that takes an answer for granted.
return scenario {
  title    = "a script that trusts what it gets",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 1,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    z:sign("hsm1", key, "a")
    local again = z:sign("hsm1", key, "b")
    return #again.error > 0
  end,
}
