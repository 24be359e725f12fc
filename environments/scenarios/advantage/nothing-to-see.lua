-- The control: ten moves of honest use. Whatever `ucsim advantage` finds here is an error of its own.
return scenario {
  title    = "ten moves of honest use",
  source   = "docs/advantage.md",
  parties  = { "hsm1", "hsm2", "hsm3" },
  crypto   = "ideal",
  advantage_bound = 0,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    local p = z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = ticket })
    assert(z:deliver("hsm2", p), "the payload must be accepted")
    assert(not z:deliver("hsm2", p), "a replay must not be")
    local s = z:sign("hsm2", key, "firmware 1.0")
    z:sign("hsm1", key, "firmware 1.1")
    assert(z:verify("hsm3", key, "firmware 1.0", s), "the signature must verify")
    z:feature("index", s.index)
    z:feature("last bit of the ticket", ticket.ticket:byte(-1) % 2)
    z:status("hsm1", key)
    z:status("hsm2", key)
    return ticket.ticket:byte(1) % 2 -- a guess like any other
  end,
}
