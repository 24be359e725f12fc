-- A toy ticket has one byte of coins.
return scenario {
  title    = "a toy ticket",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8, ticket_bytes = 1,
  expect   = "indistinguishable",

  environment = function (z)
    z:cancel("hsm2", z:request("hsm2", { count = 1, from = "hsm1" }))
  end,
}
