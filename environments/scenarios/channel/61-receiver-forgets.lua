-- The receiver opens a ticket and crashes. If the ticket was not yet stable, no payload for it is accepted; if it was, the
-- payload is accepted once after the restart.
local lib = use "catalogue"
return scenario {
  title = "61 the receiver crashes after opening a ticket",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    for _, point in ipairs { "before", "middle" } do
      z:crash("hsm2", point)
      lib.nothing(z:request("hsm2", { key = key, count = 4, from = "hsm1" }))
      z:restart("hsm2")
    end
    z:crash("hsm2", "after")
    local payload = lib.seal(z, "hsm1", "hsm2", key, 4)
    lib.nothing(z:deliver("hsm2", payload))
    z:restart("hsm2")
    lib.accepted(z:deliver("hsm2", payload), 4)
    z:crash("hsm2", "now")
    z:restart("hsm2")
    lib.nothing(z:deliver("hsm2", payload))
    lib.remaining(z, "hsm2", key, 4)
  end,
}
