-- All is handed over, and the source is asked to sign.
return scenario {
  title    = "a signature with nothing left",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 2,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { count = 2, from = "hsm1" })
    z:transfer("hsm1", { key = key, count = 2, to = "hsm2", ticket = ticket })
    z:sign("hsm1", key, "a")
  end,
}
