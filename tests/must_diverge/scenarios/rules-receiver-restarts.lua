-- A ticket outlives a power failure.
return scenario {
  title    = "a receiver that restarts",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { count = 2, from = "hsm1" })
    local payload = z:transfer("hsm1", { key = key, count = 2, to = "hsm2", ticket = ticket })
    z:crash("hsm2")
    z:restart("hsm2")
    z:deliver("hsm2", payload)
  end,
}
