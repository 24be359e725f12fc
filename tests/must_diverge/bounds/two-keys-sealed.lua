-- For exploration only: two keys, one block of each for another receiver, under real seals.
return scenario {
  title    = "two keys are handed on",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  seal     = "real",
  parties  = { "hsm1", "hsm2", "hsm3" },
  capacity = 1,
  expect   = "indistinguishable",
  explore  = { keygen = 2, request = 0, transfer = 2, sign = 0, crash = 0, restart = 0, resend = 0, status = 0, deliver = 0, wrong = 1 },
}
