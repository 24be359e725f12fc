-- For exploration only: indices are reserved, and writes are torn.
return scenario {
  title    = "reserved indices and records that are half written",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  parties  = { "hsm1", "hsm2" },
  capacity = 4,
  storage  = "torn",
  reservation = 1,
  expect   = "indistinguishable",
  explore  = { keygen = 1, sign = 2, transfer = 1, deliver = 1, crash = 1, restart = 1, wrong = 0, any = 0, messages = 1 },
}
