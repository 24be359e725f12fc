-- For exploration only: what a corrupted member must not be able to seal, to read or to sign.
return scenario {
  title    = "a member is corrupted, and every pair has a key of its own",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  parties  = { "hsm1", "hsm2", "hsm3" },
  capacity = 3,
  trust    = "pairwise",
  expect   = "indistinguishable",
  explore  = { keygen = 1, transfer = 1, deliver = 1, sign = 1, corrupt = 1, counterfeit = 1, flawed = 1, wrong = 0,
               messages = 1 },
}
