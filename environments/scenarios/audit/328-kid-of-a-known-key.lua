-- kid = the first 16 bytes of SHA-256 of the public key; both are written down here for seed 1.
return scenario {
  title = "328 the kid is the first 16 bytes of SHA-256 of the public key",
  source = "ours",
  expect = "indistinguishable",
  seed = 1,
  environment = function (z)
    local key = z:keygen("hsm1")
    assert(hex(key.vk) == "0000000500000004253b3156e5ce693470c987547a6187967c0e68c37a1c73d29572dbf33c5b744af105ae3e8ef267959d5f9241836f2eb9")
    assert(hex(key.kid) == "8bc0af87f6cfd172c630d47fe9b10906")
  end,
}
