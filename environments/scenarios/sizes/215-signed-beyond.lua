-- With real signatures: the last index below a power of two and the first beyond it, by two holders.
local lib = use "catalogue"
return scenario {
  title = "215 real signatures on both sides of 2^16, 2^32 and 2^59",
  source = "ours",
  expect = "indistinguishable",
  for_each = { bits = { 16, 32, 59 } },
  scheme = "XMSSMT-SHA2_60/12_256",
  capacity = (1 << params.bits) + 1,
  environment = function (z)
    local edge = 1 << params.bits
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm2", key, 2)
    lib.give(z, "hsm2", "hsm3", key, 1)
    local below = lib.signs(z, "hsm2", key, "below", edge - 1)
    local beyond = lib.signs(z, "hsm3", key, "beyond", edge)
    assert(z:verify("hsm1", key, "below", below) and z:verify("hsm1", key, "beyond", beyond))
    assert(not z:verify("hsm1", key, "beyond", below) and not z:verify("hsm1", key, "below", beyond))
    lib.refused(z:sign("hsm3", key, "wrapped"), "exhausted")
    lib.signs(z, "hsm1", key, "the first", 0)
  end,
}
