-- The same with a hardware counter: the set is lost and nothing is reused.
local lib = use "catalogue"
return scenario {
  title = "36 the receiver is rolled back, with a hardware counter",
  source = "ours",
  expect = "indistinguishable",
  storage = "monotonic",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.give(z, "hsm1", "hsm2", key, 4)
    lib.signs(z, "hsm2", key, "once", 28)
    z:restore("hsm2", 1)
    z:restart("hsm2")
    lib.nothing(z:deliver("hsm2", payload))
    lib.nothing(z:sign("hsm2", key, "never"))
    lib.remaining(z, "hsm1", key, 28)
  end,
}
