-- HSM 2 receives one one-time key and uses it up. Then it asks for new tickets; if one equals the old one, the old payload
-- opens again and the used key comes back.
local q = 8

return scenario {
  title    = "an old payload is replayed against a ticket that collides",
  source   = "docs/advantage.md",
  parties  = { "hsm1", "hsm2" },
  crypto   = "ideal",
  for_each = { ticket_bytes = { 2, 3 } },
  ticket_bytes = params.ticket_bytes,
  advantage_bound = q / 256 ^ params.ticket_bytes,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 1, from = "hsm1" })
    local p = z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket })
    assert(z:deliver("hsm2", p), "the first delivery must be accepted")
    local first = z:sign("hsm2", key, "once")
    for _ = 1, q do
      z:request("hsm2", { key = key, count = 1, from = "hsm1" })
      if z:deliver("hsm2", p) then
        local again = z:sign("hsm2", key, "twice")
        return again and again.index == first.index and 1 or 0
      end
    end
    return 0
  end,
}
