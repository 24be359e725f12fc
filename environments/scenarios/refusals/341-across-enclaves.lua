-- Whoever has no sealing key of the receiver's enclave injects nothing there, corrupted or not.
local d = use "dictate"
return scenario {
  title = "341 F refuses an injection across enclaves",
  source = "ours",
  crypto = "ideal",
  parties = { "prod1", "prod2", "test1", "test2" },
  enclaves = { prod = { "prod1", "prod2" }, test = { "test1", "test2" } },
  simulator = "dictated",
  expect = "simulation failed",
  for_each = { corrupted = { "test1", "test2" }, from = { 0, 2 } },
  environment = function (z)
    local ticket = z:request("prod2", { count = 4, from = "prod1" })
    z:keygen("test1") z:keygen("test2")
    local key = z:corrupt(params.corrupted).keys[1]
    d.inject(z, "prod1", { to = 1, ticket = ticket, vk = key.vk, sk = key.seed, a = 8, b = 12, from = params.from })
  end,
}
