-- Two keys are handed over in parallel, with messages of one put in place of the other's.
local lib = use "catalogue"
return scenario {
  title = "119 two keys in parallel, their messages exchanged",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local one, two = z:keygen("hsm1"), z:keygen("hsm3")
    local p1, t1 = lib.seal(z, "hsm1", "hsm2", one, 4)
    local p2, t2 = lib.seal(z, "hsm3", "hsm2", two, 4)
    lib.nothing(z:deliver("hsm2", p1:set("ticket", t2)))
    lib.nothing(z:deliver("hsm2", p2:set("ticket", t1)))
    lib.nothing(z:deliver("hsm2", p1:set("ticket", t2):set("from", "hsm3")))
    lib.nothing(z:deliver("hsm2", p1.bytes:sub(1, lib.header_bytes) .. p2.bytes:sub(lib.header_bytes + 1)))
    lib.accepted(z:deliver("hsm2", p2), 4)
    lib.accepted(z:deliver("hsm2", p1), 4)
    local s = lib.signs(z, "hsm2", one, "m", 28)
    assert(not z:verify("hsm2", two, "m", s), "a signature of one key is none of the other")
    lib.remaining(z, "hsm2", one, 3)
    lib.remaining(z, "hsm2", two, 4)
  end,
}
