-- Two one-time keys, and more messages than that.
return scenario {
  title    = "a party with two indices is asked for five signatures",
  source   = "docs/functionality.md, sign",
  crypto   = "ideal",
  capacity = 2,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    for _, text in ipairs { "a", "b", "c", "d", "e" } do z:sign("hsm1", key, text) end
  end,
}
