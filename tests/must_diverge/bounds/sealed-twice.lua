-- For exploration only: a crash takes a sealed payload before it was sent, and another is sealed for the same ticket.
return scenario {
  title    = "a second transfer to a ticket after a crash",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  parties  = { "hsm1", "hsm2" },
  capacity = 3,
  expect   = "indistinguishable",
  explore  = { keygen = 1, request = 0, transfer = 2, sign = 0, crash = 1, restart = 1, resend = 0, status = 0, deliver = 0 },
}
