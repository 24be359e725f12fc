-- A ticket is closed, and nothing else happens.
return scenario {
  title    = "a ticket that is cancelled",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    z:cancel("hsm2", z:request("hsm2", { count = 1, from = "hsm1" }))
  end,
}
