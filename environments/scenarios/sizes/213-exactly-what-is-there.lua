-- One more than the longest interval is refused, exactly all of it is not; a sum of two intervals is no interval.
local lib = use "catalogue"
return scenario {
  title = "213 one less, all, and one more than there is",
  source = "ours",
  expect = "indistinguishable",
  for_each = { capacity = { 1, 2, 3, 255, 256, 257, 65535, 65536, 65537, (1 << 31) - 1 } },
  crypto = "ideal",
  scheme = "XMSSMT-SHA2_40/8_256",
  capacity = params.capacity,
  environment = function (z)
    local n = params.capacity
    local key = z:keygen("hsm1")
    assert(key.capacity == n)
    local ticket = z:request("hsm2", { key = key, count = n, from = "hsm1" })
    if n + 1 < 1 << 31 then
      lib.refused(z:transfer("hsm1", { key = key, count = n + 1, to = "hsm2", ticket = ticket }), "insufficient")
    end
    local all = z:transfer("hsm1", { key = key, count = n, to = "hsm2", ticket = ticket })
    lib.remaining(z, "hsm1", key, 0)
    lib.refused(z:sign("hsm1", key, "nothing is left"), "exhausted")
    local got = lib.accepted(z:deliver("hsm2", all), n)
    assert(got.a == 0 and got.b == n)
    lib.signs(z, "hsm2", key, "the first", 0)
    if n > 1 then
      ticket = z:request("hsm3", { key = key, count = n - 1, from = "hsm2" })
      lib.refused(z:transfer("hsm2", { key = key, count = n, to = "hsm3", ticket = ticket }), "insufficient")
      lib.accepted(z:deliver("hsm3", z:transfer("hsm2", { key = key, count = n - 1, to = "hsm3", ticket = ticket })), n - 1)
      lib.signs(z, "hsm3", key, "the second", 1)
    end
    lib.refused(z:sign("hsm2", key, "all is gone"), "exhausted")
  end,
}
