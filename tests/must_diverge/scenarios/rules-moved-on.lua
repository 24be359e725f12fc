-- A block is handed on, and then its first payload comes again. Nobody signs.
return scenario {
  title    = "a payload comes again when its block has moved on",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8, parties = { "hsm1", "hsm2", "hsm3" },
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { count = 1, from = "hsm1" })
    local payload = z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket })
    z:deliver("hsm2", payload)
    local further = z:request("hsm3", { count = 1, from = "hsm2" })
    z:deliver("hsm3", z:transfer("hsm2", { key = key, count = 1, to = "hsm3", ticket = further }))
    z:deliver("hsm2", payload)
  end,
}
