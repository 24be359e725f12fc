-- For exploration only: who is where, and what a member of the other enclave can seal.
return scenario {
  title    = "two enclaves with keys of their own",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  parties  = { "prod1", "prod2", "test1", "test2" },
  enclaves = { prod = { "prod1", "prod2" }, test = { "test1", "test2" } },
  capacity = 2,
  expect   = "indistinguishable",
  explore  = { keygen = 1, transfer = 1, deliver = 1, corrupt = 1, counterfeit = 1, flawed = 1, wrong = 1, messages = 1 },
}
