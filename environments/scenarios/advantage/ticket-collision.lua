-- HSM 2 asks for many tickets that are too short. A ticket that comes twice shows the real world: F insists on new ones.
local q = 16

return scenario {
  title    = "a receiver draws a ticket twice",
  source   = "docs/advantage.md",
  parties  = { "hsm1", "hsm2" },
  crypto   = "ideal",
  for_each = { ticket_bytes = { 2, 3 } },
  ticket_bytes = params.ticket_bytes,
  advantage_bound = q * (q - 1) / 2 / 256 ^ params.ticket_bytes,
  expect   = "indistinguishable",

  environment = function (z)
    local seen = {}
    for _ = 1, q do
      local t = z:request("hsm2", { count = 1, from = "hsm1" })
      if not t then return 0 end
      if seen[t.ticket] then return 1 end
      seen[t.ticket] = true
    end
    return 0
  end,
}
