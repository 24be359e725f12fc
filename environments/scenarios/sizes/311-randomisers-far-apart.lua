-- r = PRF(SK_PRF, toByte(index, 32)), RFC 8391 section 4.1.9: no two indices have one.
return scenario {
  title = "311 r of XMSS^MT does not come back after 2^32 indices",
  source = "ours",
  expect = "indistinguishable",
  parties = { "hsm1", "hsm2" },
  scheme = "XMSSMT-SHA2_40/8_256",
  capacity = 2^32 // 1 + 4,
  environment = function (z)
    local key = z:keygen("hsm1")
    local t = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    assert(z:deliver("hsm2", z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = t })).a == 2^32)
    local low, high = z:sign("hsm1", key, "m"), z:sign("hsm2", key, "m")
    assert(low.index == 0 and high.index == 2^32)
    assert(low.signature:sub(6, 37) ~= high.signature:sub(6, 37), "one r twice")
  end,
}
