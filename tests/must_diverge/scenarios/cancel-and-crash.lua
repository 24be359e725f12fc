-- A ticket is cancelled; the receiver then crashes and comes back. The payload for it must stay worthless.
return scenario {
  title    = "what was cancelled stays cancelled",
  source   = "docs/protocol.md, cancel",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",
  for_each = { point = { "now", "before", "middle", "after" } },

  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 2, from = "hsm1" })
    local payload = z:transfer("hsm1", { key = key, count = 2, to = "hsm2", ticket = ticket })
    if params.point ~= "now" then z:crash("hsm2", params.point) end
    z:cancel("hsm2", ticket)
    z:crash("hsm2", "now")
    z:restart("hsm2")
    z:deliver("hsm2", payload)
    z:status("hsm2", key)
    z:sign("hsm2", key, "m")
    z:cancel("hsm1", ticket)
    z:status("hsm1", key)
    z:resend("hsm1", { to = "hsm2", ticket = ticket })
  end,
}
