-- For exploration only: keys of different parties, and the limit of keys.
return scenario {
  title    = "every party has one key",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  parties  = { "hsm1", "hsm2" },
  capacity = 3,
  limits   = { keys = 1 },
  expect   = "indistinguishable",
  explore  = { keygen = 2, transfer = 1, deliver = 1, sign = 1, wrong = 1, messages = 1 },
}
