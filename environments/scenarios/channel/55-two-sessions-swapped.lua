-- Two transfers of one pair; each header gets the other's ticket. Swapped ones are dropped, each true one counts once.
local lib = use "catalogue"
return scenario {
  title = "55 two transfers of one pair are swapped",
  source = "TR",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local one, t1 = lib.seal(z, "hsm1", "hsm2", key, 4)
    local two, t2 = lib.seal(z, "hsm1", "hsm2", key, 4)
    lib.nothing(z:deliver("hsm2", one:set("ticket", t2)))
    lib.nothing(z:deliver("hsm2", two:set("ticket", t1)))
    lib.nothing(z:deliver("hsm2", one.bytes:sub(1, lib.header_bytes) .. two.bytes:sub(lib.header_bytes + 1)))
    local first, second = lib.accepted(z:deliver("hsm2", one), 4), lib.accepted(z:deliver("hsm2", two), 4)
    assert(first.b <= second.a or second.b <= first.a, "the blocks overlap")
    lib.remaining(z, "hsm2", key, 8)
  end,
}
