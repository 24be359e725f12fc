-- With a reservation window, a transfer may take indices that are reserved; the source must not sign with them any more.
return scenario {
  title       = "a transfer takes what was reserved",
  source      = "docs/protocol.md, reservation",
  crypto      = "ideal",
  capacity    = 6,
  reservation = 3,
  expect      = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    z:sign("hsm1", key, "a")
    local ticket = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    local payload = z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = ticket })
    z:deliver("hsm2", payload)
    for _, text in ipairs { "b", "c", "d" } do
      z:sign("hsm1", key, text)
      z:sign("hsm2", key, text)
      z:status("hsm1", key)
    end
    z:crash("hsm1", "now")
    z:restart("hsm1")
    z:status("hsm1", key)
  end,
}
