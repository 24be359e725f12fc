-- The attacker that harvests sees payloads (one twice, one lost, one damaged), signatures and the states of two members in
-- turn, the second after its key has gone on its way. Nothing but the compromised key may come out of it; a third key, of
-- another member that sent nothing, stays whole.
local lib = use "catalogue"
return scenario {
  title = "97 seeds are harvested from all that the adversary sees, to forge with",
  source = "UC leakage; extract, then forge",
  expect = "indistinguishable",
  parties = { "hsm1", "hsm2", "hsm3", "hsm4" },
  harvest = true,
  environment = function (z)
    local sent, kept = z:keygen("hsm1"), z:keygen("hsm4")
    local payload, ticket = lib.seal(z, "hsm1", "hsm2", sent, 4)
    lib.accepted(z:deliver("hsm2", payload), 4)
    assert(z:resend("hsm1", { to = "hsm2", ticket = ticket }).bytes == payload.bytes)
    lib.seal(z, "hsm1", "hsm3", sent, 2)
    assert(z:sign("hsm1", sent, "firmware 1").kind == "signature")
    assert(z:sign("hsm4", kept, "firmware 2").kind == "signature")
    assert(#z:corrupt("hsm3").keys == 0)
    assert(#z:corrupt("hsm2").keys == 1)
    assert(z:status("hsm4", kept).remaining == kept.capacity - 1)
  end,
}
