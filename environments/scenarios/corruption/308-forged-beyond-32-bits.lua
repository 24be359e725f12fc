-- What A signs with a stolen seed at a wide index is of that index, and verifies: the key is compromised.
return scenario {
  title = "308 what is forged at an index above 2^32 is of that index",
  source = "ours",
  expect = "indistinguishable",
  parties = { "hsm1", "hsm2" },
  scheme = "XMSSMT-SHA2_40/8_256",
  environment = function (z)
    local key = z:keygen("hsm1")
    local seed = z:corrupt("hsm1").keys[1].seed
    local high = z:forge(seed, 2^32 // 1 | 0, "m")
    assert(high ~= z:forge(seed, 0, "m"))
    assert(z:verify("hsm2", key, "m", high))
  end,
}
