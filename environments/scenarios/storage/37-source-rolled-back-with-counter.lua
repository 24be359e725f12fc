-- The same with a hardware counter: the source refuses.
local lib = use "catalogue"
return scenario {
  title = "37 the source is rolled back, with a hardware counter",
  source = "ours",
  expect = "indistinguishable",
  storage = "monotonic",
  capacity = 4,
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.give(z, "hsm1", "hsm2", key, 3)
    z:restore("hsm1", 1)
    z:restart("hsm1")
    lib.nothing(z:sign("hsm1", key, "never"))
    local seen = {}
    lib.use_up(z, "hsm2", key, seen)
    assert(lib.count(seen) == 3)
    lib.nothing(z:deliver("hsm2", payload))
  end,
}
