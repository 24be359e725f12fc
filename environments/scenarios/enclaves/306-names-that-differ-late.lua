return scenario {
  title = "306 enclaves whose names differ late are different ones",
  source = "ours",
  expect = "indistinguishable",
  parties = { "p1", "p2", "t1", "t2" },
  enclaves = { ["production-site-number-1"] = { "p1", "p2" }, ["production-site-number-2"] = { "t1", "t2" } },
  environment = function (z)
    local key = z:keygen("p1")
    assert(z:request("t1", { key = key, count = 1, from = "p1" }).error == "no-such-party")
    local t = z:request("p2", { key = key, count = 1, from = "p1" })
    assert(z:transfer("p1", { key = key, count = 1, to = "t1", ticket = t }).error == "no-such-party")
  end,
}
