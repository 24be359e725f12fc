-- For exploration only: what a corrupted member reads, says, seals and signs.
return scenario {
  title    = "a member is corrupted",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  parties  = { "hsm1", "hsm2" },
  capacity = 3,
  expect   = "indistinguishable",
  explore  = { keygen = 1, request = 2, transfer = 1, deliver = 1, sign = 1, corrupt = 1, forge = 2, counterfeit = 1,
               flawed = 1, wrong = 0, messages = 1 },
}
