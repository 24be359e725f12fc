-- For exploration only: payloads that reach somebody else.
return scenario {
  title    = "any order of a few moves of three parties",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  parties  = { "hsm1", "hsm2", "hsm3" },
  capacity = 3,
  expect   = "indistinguishable",
  explore  = { keygen = 1, transfer = 1, deliver = 1, sign = 1, wrong = 1, messages = 1 },
}
