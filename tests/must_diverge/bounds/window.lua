-- For exploration only: reserved indices, transfers and restarts.
return scenario {
  title    = "indices are reserved in a window",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  parties     = { "hsm1", "hsm2" },
  capacity    = 5,
  reservation = 2,
  expect   = "indistinguishable",
  explore  = { keygen = 1, sign = 3, transfer = 1, deliver = 1, crash = 1, restart = 1, wrong = 0, any = 0, messages = 1 },
}
