-- XMSS^MT: the block that is handed over spans two bottom trees; the last leaf of one and the first of the next are signed, with
-- a crash between them.
local lib = use "catalogue"
return scenario {
  title = "202 a block over two bottom trees of XMSS^MT",
  source = "RFC 8391, SP 800-208",
  expect = "indistinguishable",
  scheme = "XMSSMT-SHA2_20/2_256",
  environment = function (z)
    local key = z:keygen("hsm1")
    local _, block = lib.give(z, "hsm1", "hsm2", key, key.capacity - 1022)
    assert(block.a == 1022)
    lib.signs(z, "hsm2", key, "before the last", 1022)
    lib.signs(z, "hsm2", key, "the last of the first tree", 1023)
    z:crash("hsm2", "middle")
    lib.nothing(z:sign("hsm2", key, "burnt"))
    z:restart("hsm2")
    lib.signs(z, "hsm2", key, "in the second tree", 1025)
    lib.remaining(z, "hsm2", key, key.capacity - 1026)
  end,
}
