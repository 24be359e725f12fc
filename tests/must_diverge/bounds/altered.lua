-- For exploration only: a bit of the tag, the length, every field of the header.
return scenario {
  title    = "payloads are altered on their way",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  seal     = "real",
  parties  = { "hsm1", "hsm2" },
  capacity = 3,
  expect   = "indistinguishable",
  explore  = { keygen = 1, transfer = 2, deliver = 1, mutate = 2, sign = 1, wrong = 0, any = 0, messages = 1 },
}
