-- A module is removed while keys are on their way to it, and a device is set up under its id with an empty store. Here that
-- is the empty storage put back. The payload is for a ticket that the new device never opened: it is not accepted, and the
-- keys are lost, which A1 names. No index is used twice.
local lib = use "catalogue"
return scenario {
  title = "76 a module is removed with keys on their way, and set up again under its id",
  source = "ours, stale membership",
  expect = "no progress",
  expect_rule = "A1",
  storage = "rollback",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.seal(z, "hsm1", "hsm2", key, 4)
    z:restore("hsm2", 0)
    z:restart("hsm2")
    lib.nothing(z:deliver("hsm2", payload))
    lib.refused(z:sign("hsm2", key, "m"), "unknown-key")
    local seen = {}
    lib.use_up(z, "hsm1", key, seen)
    assert(lib.count(seen) == 28)
  end,
}
