-- Only the receiver is rolled back, to before it imported a payload, and the payload is replayed. Its ticket is open again:
-- without a counter the block would live a second time. F does not allow the second delivery.
local lib = use "catalogue"
return scenario {
  title = "36 the receiver is rolled back and the payload replayed",
  source = "ours",
  expect = "simulation failed",
  storage = "rollback",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.give(z, "hsm1", "hsm2", key, 4) -- hsm2: 1 the ticket, 2 the import
    lib.signs(z, "hsm2", key, "once", 28)
    z:restore("hsm2", 1)
    z:restart("hsm2")
    lib.accepted(z:deliver("hsm2", payload), 4)
    z:sign("hsm2", key, "twice")
  end,
}
