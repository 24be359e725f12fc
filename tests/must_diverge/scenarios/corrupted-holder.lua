-- A holder is corrupted: what A is shown must be what F says the holder has.
return scenario {
  title    = "A breaks into a party that holds keys and tickets",
  source   = "docs/functionality.md, corrupt",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 2, from = "hsm1" })
    local payload = z:transfer("hsm1", { key = key, count = 2, to = "hsm2", ticket = ticket })
    z:sign("hsm1", key, "m")
    z:request("hsm1", { count = 1, from = "hsm3" })
    z:corrupt("hsm1")
    z:deliver("hsm2", payload)
    z:sign("hsm2", key, "n")
    z:corrupted()
  end,
}
