-- The source crashes after it has sealed and before it has written: nothing was sent, the ticket is free again, and the
-- next transfer to it seals another block. One key must not seal both, sent or not.
local lib = use "catalogue"
return scenario {
  title = "240 a crash takes a sealed payload, and another is sealed for the same ticket",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 3, from = "hsm1" })
    for _, count in ipairs { 1, 2, 7 } do
      z:crash("hsm1", "before")
      lib.nothing(z:transfer("hsm1", { key = key, count = count, to = "hsm2", ticket = ticket }))
      z:restart("hsm1")
    end
    local payload = z:transfer("hsm1", { key = key, count = 3, to = "hsm2", ticket = ticket })
    assert(payload.kind == "payload", "the ticket must still be free")
    lib.accepted(z:deliver("hsm2", payload), 3)
    lib.remaining(z, "hsm1", key, 29)
  end,
}
