-- As little as can be: what happens here breaks one rule, or none.
return scenario {
  title    = "one signature",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    z:sign("hsm1", key, "a")
    z:status("hsm1", key)
  end,
}
