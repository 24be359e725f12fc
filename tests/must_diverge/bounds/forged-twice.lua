-- For exploration only: a corrupted member forges one block after the other, and nobody else sends any.
return scenario {
  title    = "forged blocks, twice",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  parties  = { "hsm1", "hsm2" },
  capacity = 3,
  expect   = "indistinguishable",
  explore  = { keygen = 1, request = 2, transfer = 0, sign = 0, corrupt = 1, forge = 2, wrong = 0, any = 0, messages = 1, counts = { 1 } },
}
