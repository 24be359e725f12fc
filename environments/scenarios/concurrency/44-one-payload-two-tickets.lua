-- Two tickets for the same thing are open at one receiver. One payload is delivered twice, as it is and with the other
-- ticket in its header: it is credited once.
local lib = use "catalogue"
return scenario {
  title = "44 one payload for two open tickets of one receiver",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.seal(z, "hsm1", "hsm2", key, 4)
    local second = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    lib.nothing(z:deliver("hsm2", payload:set("ticket", second)))
    lib.accepted(z:deliver("hsm2", payload), 4)
    lib.nothing(z:deliver("hsm2", payload))
    lib.nothing(z:deliver("hsm2", payload:set("ticket", second)))
    lib.remaining(z, "hsm2", key, 4)
  end,
}
