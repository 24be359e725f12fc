-- A key whose every index is used is still held: the holder is corrupted, and A forges.
return scenario {
  title = "324 a spent key is stolen",
  source = "ours",
  expect = "indistinguishable",
  capacity = 1, crypto = "real",
  environment = function (z)
    local key = z:keygen("hsm1")
    z:sign("hsm1", key, "a")
    local state = z:corrupt("hsm1")
    local f = z:forge(state.keys[1].seed, 0, "b")
    assert(z:verify("hsm2", key, "b", f))
  end,
}
