-- The same hand-over with an XMSS key.
local lib = use "catalogue"
return scenario {
  title = "201 a hand-over with XMSS",
  source = "RFC 8391, SP 800-208",
  expect = "indistinguishable",
  scheme = "XMSS-SHA2_10_256",
  environment = function (z)
    local key = z:keygen("hsm1")
    assert(key.capacity == 1024)
    local payload, block = lib.give(z, "hsm1", "hsm2", key, 1)
    assert(block.a == 1023)
    lib.signs(z, "hsm2", key, "the last leaf", 1023)
    lib.refused(z:sign("hsm2", key, "one too many"), "exhausted")
    lib.nothing(z:deliver("hsm2", payload))
    local s = lib.signs(z, "hsm1", key, "the first leaf", 0)
    assert(not z:verify("hsm3", key, "another message", s))
  end,
}
