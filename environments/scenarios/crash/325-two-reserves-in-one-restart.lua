-- The window is of each key: a restart may lose two of them, more than R together.
return scenario {
  title = "325 a restart loses the reserves of two keys",
  source = "ours",
  expect = "indistinguishable",
  reservation = 2, crypto = "ideal", limits = { keys = 3 },
  environment = function (z)
    local one, two = z:keygen("hsm1"), z:keygen("hsm1")
    z:sign("hsm1", one, "a")
    z:sign("hsm1", two, "a")
    z:crash("hsm1")
    z:restart("hsm1")
    assert(z:status("hsm1", one).remaining == 29 and z:status("hsm1", two).remaining == 29)
  end,
}
