-- The usual limit of intervals, met and asked for one more, and a gap closed there.
return scenario {
  title = "1,024 intervals, and one more",
  source = "ours",
  expect = "indistinguishable",
  crypto = "ideal",
  scheme = "LMS_SHA256_M32_H15/LMOTS_SHA256_N32_W8",
  environment = function (z)
    local key = z:keygen("hsm1")
    local function give(to)
      local ticket = z:request(to, { key = key, count = 1, from = "hsm1" })
      return z:deliver(to, z:transfer("hsm1", { key = key, count = 1, to = to, ticket = ticket }))
    end
    local gap
    for i = 1, 1024 do
      assert(give("hsm2").kind == "received")
      if i == 500 then
        local ticket = z:request("hsm2", { key = key, count = 1, from = "hsm1" })
        gap = z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket })
      else
        assert(give("hsm3").kind == "received")
      end
    end
    assert(#z:status("hsm2", key).intervals == 1024)
    assert(give("hsm2") == nil, "one too many")
    assert(z:deliver("hsm2", gap).kind == "received")
    assert(#z:status("hsm2", key).intervals == 1023)
    assert(give("hsm2").kind == "received")
    assert(#z:status("hsm2", key).intervals == 1024)
    assert(#z:status("hsm3", key).intervals == 1023)
  end,
}
