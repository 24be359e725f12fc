-- HSS: leaves 0 and 256 of the top tree have lower trees of their own.
return scenario {
  title = "303 lower trees of HSS 256 leaves apart are different ones",
  source = "ours",
  expect = "indistinguishable",
  parties = { "hsm1", "hsm2" },
  scheme = "HSS:LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W4,LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
  environment = function (z)
    local key = z:keygen("hsm1")
    local n = key.capacity - 256 * 32
    local t = z:request("hsm2", { key = key, count = n, from = "hsm1" })
    assert(z:deliver("hsm2", z:transfer("hsm1", { key = key, count = n, to = "hsm2", ticket = t })).a == 256 * 32)
    local low, high = z:sign("hsm1", key, "m"), z:sign("hsm2", key, "n")
    assert(low.index == 0 and high.index == 256 * 32)
  end,
}
