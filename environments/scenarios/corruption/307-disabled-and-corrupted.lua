return scenario {
  title = "307 a disabled module that is corrupted compromises what lies on its storage",
  source = "ours",
  expect = "indistinguishable",
  storage = "monotonic",
  environment = function (z)
    local key = z:keygen("hsm1")
    z:sign("hsm1", key, "m")
    z:restore("hsm1", 1)
    z:restart("hsm1")
    assert(z:status("hsm1", key) == nil) -- disabled
    local state = z:corrupt("hsm1")
    assert(#state.keys == 1)
    assert(z:verify("hsm2", key, "forged", z:forge(state.keys[1].seed, 7, "forged")))
  end,
}
