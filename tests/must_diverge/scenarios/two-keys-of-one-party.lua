-- Whatever a party knows already, its second key is another one.
return scenario {
  title    = "two keys of one party",
  source   = "docs/functionality.md, keygen",
  crypto   = "ideal",
  expect   = "indistinguishable",

  environment = function (z)
    local one, two = z:keygen("hsm1"), z:keygen("hsm1")
    assert(one.kid ~= two.kid)
    assert(z:sign("hsm1", one, "a").index == 0 and z:sign("hsm1", two, "b").index == 0)
  end,
}
