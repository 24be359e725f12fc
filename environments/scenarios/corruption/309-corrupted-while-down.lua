-- What a module that is down holds is what its storage says: the window that a restart would burn is not burned yet.
return scenario {
  title = "309 a module is corrupted while it is down, its reserve not yet burned",
  source = "ours",
  expect = "indistinguishable",
  reservation = 3,
  environment = function (z)
    local key = z:keygen("hsm1")
    z:sign("hsm1", key, "m")
    z:crash("hsm1")
    local state = z:corrupt("hsm1")
    assert(#state.keys == 1)
    assert(z:verify("hsm2", key, "forged", z:forge(state.keys[1].seed, 2, "forged")))
  end,
}
