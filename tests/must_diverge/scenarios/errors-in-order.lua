-- Every input with every pair of things wrong with it: the first error in the table is the one that is given.
return scenario {
  title    = "two things wrong at once",
  source   = "docs/functionality.md, errors",
  crypto   = "ideal",
  capacity = 8,
  limits   = { keys = 2, tickets = 1, transfers = 1 },
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 1, from = "hsm1" })
    z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket })
    local strange = string.rep("\1", 16)
    for _, k in ipairs { key.kid, strange } do
      for _, count in ipairs { -1, 0, 1, 99, 0x7fffffff, 0x80000000, 0x100000001 } do
        for _, party in ipairs { "hsm1", "hsm2", "hsm3" } do
          z:request("hsm1", { key = k, count = count, from = party })
          for _, t in ipairs { ticket.ticket, strange, "short" } do
            z:transfer("hsm1", { key = k, count = count, to = party, ticket = t })
          end
        end
      end
      z:sign("hsm1", k, "m")
      z:sign("hsm3", k, "m")
      z:status("hsm3", k)
    end
    for _, party in ipairs { "hsm1", "hsm2", "hsm3" } do
      z:resend("hsm1", { to = party, ticket = strange })
      z:cancel(party, strange)
    end
    z:keygen("hsm1")
    z:keygen("hsm1")
    z:keygen("hsm1", "no such set")
  end,
}
