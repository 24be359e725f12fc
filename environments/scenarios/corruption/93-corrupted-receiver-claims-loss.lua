-- A corrupted receiver says that it got nothing, so that the source sends again or takes the block back. The source sends
-- the same bytes and takes nothing back.
local lib = use "catalogue"
return scenario {
  title = "93 a corrupted receiver claims that nothing arrived",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload, _, ticket = lib.give(z, "hsm1", "hsm2", key, 4)
    z:corrupt("hsm2")
    assert(z:resend("hsm1", { to = "hsm2", ticket = ticket }).bytes == payload.bytes)
    lib.refused(z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = ticket }), "ticket-used")
    lib.remaining(z, "hsm1", key, 28)
    local seen = {}
    lib.use_up(z, "hsm1", key, seen)
    assert(lib.count(seen) == 28)
  end,
}
