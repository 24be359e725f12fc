-- For exploration only: blocks that meet at one party.
return scenario {
  title    = "two blocks on their way at once",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  seal     = "real",
  parties  = { "hsm1", "hsm2" },
  capacity = 3,
  expect   = "indistinguishable",
  explore  = { keygen = 1, transfer = 2, deliver = 2, sign = 1, resend = 1, wrong = 1, messages = 1 },
}
