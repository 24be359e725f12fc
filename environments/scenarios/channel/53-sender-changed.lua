-- The sender in the clear header is changed, with and without a ticket that is open for the false sender. Then somebody
-- else than the one who was asked makes a genuine payload for the ticket.
local lib = use "catalogue"
return scenario {
  title = "53 the sender in the header is changed",
  source = "TR",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.seal(z, "hsm1", "hsm2", key, 4)
    local forged = payload:set("from", "hsm3")
    local open = z:request("hsm2", { count = 4, from = "hsm3" })
    lib.nothing(z:deliver("hsm2", forged))
    lib.nothing(z:deliver("hsm2", forged:set("ticket", open)))
    local theirs, ticket = z:keygen("hsm3"), z:request("hsm2", { count = 4, from = "hsm1" })
    local uninvited = z:transfer("hsm3", { key = theirs, count = 4, to = "hsm2", ticket = ticket })
    assert(uninvited.kind == "payload", "the source cannot know")
    lib.nothing(z:deliver("hsm2", uninvited))
    lib.refused(z:status("hsm2", theirs), "unknown-key")
    -- one ticket, one receiver, one key, two senders
    lib.give(z, "hsm1", "hsm3", key, 8)
    local shared = z:request("hsm2", { key = key, count = 2, from = "hsm1" })
    local asked = z:transfer("hsm1", { key = key, count = 2, to = "hsm2", ticket = shared })
    local unasked = z:transfer("hsm3", { key = key, count = 2, to = "hsm2", ticket = shared })
    lib.sealed_apart(asked, unasked)
    lib.nothing(z:deliver("hsm2", unasked))
    local received = lib.accepted(z:deliver("hsm2", payload), 4)
    assert(received.from == "hsm1", "bookkeeping must name the true sender")
  end,
}
