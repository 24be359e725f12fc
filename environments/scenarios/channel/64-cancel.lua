-- The receiver cancels its ticket, then the payload arrives, also after a restart. Only the receiver can cancel; the source
-- gets nothing back.
local lib = use "catalogue"
return scenario {
  title = "64 a ticket is cancelled, then its payload arrives",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload, ticket = lib.seal(z, "hsm1", "hsm2", key, 4)
    lib.refused(z:cancel("hsm1", ticket), "no-such-ticket")
    assert(z:cancel("hsm2", ticket).kind == "cancelled")
    lib.nothing(z:deliver("hsm2", payload))
    z:crash("hsm2", "now")
    z:restart("hsm2")
    lib.refused(z:cancel("hsm2", ticket), "no-such-ticket")
    lib.nothing(z:deliver("hsm2", payload))
    lib.remaining(z, "hsm1", key, 28)
    lib.refused(z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = ticket }), "ticket-used")
    local seen = {}
    lib.use_up(z, "hsm1", key, seen)
    assert(lib.count(seen) == 28)
  end,
}
