-- HSM 1 hands four keys to HSM 2, which signs with one. Then the network delivers the old payload again: nothing that was
-- used may come back.
local lib = use "catalogue"
return scenario {
  title = "49 a payload is replayed after use",
  source = "TR",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.give(z, "hsm1", "hsm2", key, 4)
    lib.signs(z, "hsm2", key, "firmware 1.0", 28)
    lib.nothing(z:deliver("hsm2", payload))
    lib.remaining(z, "hsm2", key, 3)
    lib.signs(z, "hsm2", key, "firmware 1.1", 29)
    lib.use_up(z, "hsm2", key, { [28] = true, [29] = true })
    lib.nothing(z:deliver("hsm2", payload))
    lib.refused(z:sign("hsm2", key, "firmware 1.2"), "exhausted")
  end,
  explore = { sign = 2, transfer = 1, deliver = 3 },
}
