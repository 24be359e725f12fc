-- For exploration only: what a member of the other enclave can read, seal and sign.
return scenario {
  title    = "two enclaves that were given one master key",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  parties  = { "prod1", "prod2", "test1", "test2" },
  enclaves = { prod = { "prod1", "prod2" }, test = { "test1", "test2" } },
  shared_master = true,
  capacity = 2,
  expect   = "indistinguishable",
  explore  = { keygen = 1, transfer = 1, deliver = 1, corrupt = 1, counterfeit = 1, flawed = 1, wrong = 0, messages = 1 },
}
