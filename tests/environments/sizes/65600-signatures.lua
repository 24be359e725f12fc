-- A key that is signed past 2^16, and every index handed on from there.
return scenario {
  title = "65,600 signatures of one key",
  source = "ours",
  expect = "indistinguishable",
  crypto = "ideal",
  scheme = "LMS_SHA256_M32_H20/LMOTS_SHA256_N32_W8",
  capacity = 65601,
  budget = 0,
  environment = function (z)
    local key = z:keygen("hsm1")
    local kept = {}
    for i = 0, 65599 do
      local s = z:sign("hsm1", key, "message " .. i)
      assert(s.index == i)
      if i % 256 == 0 or i % 257 == 0 or i > 65530 then kept[i] = s end
    end
    local last = z:sign("hsm1", key, "message 0")
    assert(last.index == 65600)
    assert(z:sign("hsm1", key, "one more").error == "exhausted")
    for i, s in pairs(kept) do
      assert(z:verify("hsm2", key, "message " .. i, s))
      assert(not z:verify("hsm2", key, "message " .. i + 65536, s))
    end
    assert(z:verify("hsm2", key, "message 0", last))
  end,
}
