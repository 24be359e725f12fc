-- For exploration only: where a block begins and ends.
return scenario {
  title    = "blocks of two",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  parties  = { "hsm1", "hsm2" },
  capacity = 5,
  expect   = "indistinguishable",
  explore  = { keygen = 1, transfer = 1, deliver = 1, sign = 2, counts = { 2 }, wrong = 1, messages = 1 },
}
