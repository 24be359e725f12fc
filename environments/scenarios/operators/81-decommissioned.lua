-- A module with unused keys is destroyed. The others must not take its keys back, whatever is delivered again.
local lib = use "catalogue"
return scenario {
  title = "81 a module with unused keys is destroyed",
  source = "RFC sections 5.3, 5.4",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload, _, ticket = lib.give(z, "hsm1", "hsm2", key, 10)
    z:crash("hsm2", "now") -- and never restarted
    assert(z:resend("hsm1", { to = "hsm2", ticket = ticket }).kind == "payload")
    for _, party in ipairs { "hsm1", "hsm2", "hsm3" } do lib.nothing(z:deliver(party, payload)) end
    lib.refused(z:transfer("hsm1", { key = key, count = 10, to = "hsm2", ticket = ticket }), "ticket-used")
    local seen = {}
    lib.use_up(z, "hsm1", key, seen)
    assert(lib.count(seen) == 22)
  end,
}
