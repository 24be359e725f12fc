-- A commit is called twice on one reservation. Here the steps that commit something are a delivery, a cancellation, a
-- transfer to a ticket and, with a window, a restart that gives up what was reserved: each is made twice, and the second
-- time nothing moves.
local lib = use "catalogue"
return scenario {
  title = "16 what commits is done twice",
  source = "CPP",
  expect = "indistinguishable",
  for_each = { reservation = { 0, 4 } },
  reservation = params.reservation,
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.signs(z, "hsm1", key, "first", 0)
    local payload, received, ticket = lib.give(z, "hsm1", "hsm2", key, 4)
    lib.nothing(z:deliver("hsm2", payload))
    lib.remaining(z, "hsm2", key, 4)
    lib.refused(z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = ticket }), "ticket-used")
    local open = z:request("hsm2", { key = key, count = 2, from = "hsm1" })
    assert(z:cancel("hsm2", open).kind == "cancelled")
    lib.refused(z:cancel("hsm2", open), "no-such-ticket")
    z:crash("hsm1", "now")
    z:restart("hsm1")
    local left = z:status("hsm1", key).remaining
    z:crash("hsm1", "now")
    z:restart("hsm1")
    z:restart("hsm1")
    lib.remaining(z, "hsm1", key, left)
    assert(left == 27 - params.reservation, "one restart costs the window, and once")
    local seen = { [0] = true }
    lib.use_up(z, "hsm1", key, seen)
    lib.use_up(z, "hsm2", key, seen)
    assert(received.b - received.a == 4)
  end,
}
