-- The operator brings the request to the source twice. The second is refused; a resend gives the same bytes, never a
-- second block.
local lib = use "catalogue"
return scenario {
  title = "57 a request is brought to the source twice",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload, ticket = lib.seal(z, "hsm1", "hsm2", key, 4)
    lib.refused(z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = ticket }), "ticket-used")
    lib.refused(z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket }), "ticket-used")
    local again = z:resend("hsm1", { to = "hsm2", ticket = ticket })
    assert(again.kind == "payload" and again.bytes == payload.bytes, "a resend must be the same bytes")
    lib.remaining(z, "hsm1", key, 28)
    lib.accepted(z:deliver("hsm2", again), 4)
    lib.nothing(z:deliver("hsm2", payload))
  end,
}
