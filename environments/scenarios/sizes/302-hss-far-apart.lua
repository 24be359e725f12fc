-- HSS of 2^35 indices, cut after 2^32 + 4: two indices 2^32 apart must not be one one-time key.
return scenario {
  title = "302 indices of HSS 2^32 apart are different one-time keys",
  source = "ours",
  expect = "indistinguishable",
  parties = { "hsm1", "hsm2" },
  scheme = "HSS:" .. string.rep("LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8,", 6) .. "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
  capacity = 2^32 // 1 + 4,
  environment = function (z)
    local key = z:keygen("hsm1")
    local t = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    assert(z:deliver("hsm2", z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = t })).a == 2^32)
    local low, high = z:sign("hsm1", key, "m"), z:sign("hsm2", key, "n")
    assert(low.index == 0 and high.index == 2^32)
    assert(z:verify("hsm1", key, "m", low) and z:verify("hsm1", key, "n", high))
  end,
}
