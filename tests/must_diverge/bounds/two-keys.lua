-- For exploration only: what belongs to one key must not go to another.
return scenario {
  title    = "two keys side by side",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  parties  = { "hsm1", "hsm2" },
  capacity = 3,
  expect   = "indistinguishable",
  explore  = { keygen = 2, transfer = 1, sign = 1, deliver = 1, wrong = 1, messages = 1 },
}
