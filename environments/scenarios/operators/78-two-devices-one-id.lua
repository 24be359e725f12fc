-- Two devices are given one id. Here the second is the state of the first when its ticket was open, started after the first
-- had imported the payload: it asks for nothing new, imports the same payload, and the block lives twice.
local lib = use "catalogue"
return scenario {
  title = "78 two devices under one id import one payload",
  source = "ours",
  expect = "distinguished",
  expect_rule = "I2",
  storage = "rollback",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.give(z, "hsm1", "hsm2", key, 4) -- hsm2: 1 the ticket, 2 the import
    z:restore("hsm2", 1)
    z:restart("hsm2")
    z:status("hsm2", key)
    z:deliver("hsm2", payload)
  end,
}
