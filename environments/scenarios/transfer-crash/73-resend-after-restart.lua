-- The source crashes and sends again. The bytes must be the same ones and never hold another block; two copies count once.
local lib = use "catalogue"
return scenario {
  title = "73 the source sends again after a restart",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload, ticket = lib.seal(z, "hsm1", "hsm2", key, 4)
    lib.signs(z, "hsm1", key, "meanwhile", 0)
    z:crash("hsm1", "now")
    z:restart("hsm1")
    local again = z:resend("hsm1", { to = "hsm2", ticket = ticket })
    assert(again.bytes == payload.bytes, "a resend must be the same bytes")
    z:crash("hsm1", "before") -- a resend writes nothing, so the crash waits for the next sign
    assert(z:resend("hsm1", { to = "hsm2", ticket = ticket }).bytes == payload.bytes)
    lib.nothing(z:sign("hsm1", key, "crashes"))
    z:restart("hsm1")
    lib.accepted(z:deliver("hsm2", again), 4)
    lib.nothing(z:deliver("hsm2", payload))
    lib.remaining(z, "hsm1", key, 27)
    lib.refused(z:resend("hsm1", { to = "hsm3", ticket = ticket }), "no-such-transfer")
  end,
}
