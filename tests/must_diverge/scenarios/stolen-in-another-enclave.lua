-- A corrupted member of one enclave seals for the other, whose master key it must not have; nothing is asserted.
return scenario {
  title = "a stolen test module seals for production, and Z only looks",
  parties = { "prod1", "prod2", "test1", "test2" },
  enclaves = { prod = { "prod1", "prod2" }, test = { "test1", "test2" } },
  expect = "indistinguishable",
  environment = function (z)
    z:keygen("test1")
    local stolen = z:corrupt("test1")
    local ticket = z:request("prod2", { count = 2, from = "prod1" })
    z:deliver("prod2", z:seal { with = stolen.sealing[1], from = "prod1", to = "prod2", ticket = ticket,
                                key = stolen.keys[1], a = 0, b = 2 })
  end,
}
