return scenario {
  title = "327 an enclave whose name begins with that of another",
  source = "ours",
  expect = "indistinguishable",
  parties = { "a1", "a2", "b1", "b2" },
  enclaves = { prod = { "a1", "a2" }, prod2 = { "b1", "b2" } },
  environment = function (z)
    assert(z:request("a1", { count = 1, from = "b1" }).error == "no-such-party")
    assert(z:request("b1", { count = 1, from = "a1" }).error == "no-such-party")
  end,
}
