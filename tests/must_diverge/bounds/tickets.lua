-- For exploration only: tickets up to their limit.
return scenario {
  title    = "tickets that come and go",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  parties  = { "hsm1", "hsm2" },
  capacity = 3,
  limits   = { tickets = 1 },
  expect   = "indistinguishable",
  explore  = { keygen = 1, request = 2, cancel = 1, transfer = 0, crash = 1, restart = 1, wrong = 1 },
}
