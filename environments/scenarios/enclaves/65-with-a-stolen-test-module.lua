-- A test module is broken into; its key was sealed for production's open ticket, once saying that it comes from the test
-- enclave, once pretending to be production's. The first is always dropped. The second arrives only where production has the
-- same master key: then production's keys that were ever handed over are the thief's too.
local lib = use "catalogue"
return scenario {
  title = "65 a stolen test module seals for production",
  source = "ours",
  parties = { "prod1", "prod2", "test1", "test2" },
  enclaves = { prod = { "prod1", "prod2" }, test = { "test1", "test2" } },
  for_each = { shared_master = { false, true } },
  shared_master = params.shared_master,
  expect = "indistinguishable",
  environment = function (z)
    local p, t = z:keygen("prod1"), z:keygen("test1")
    local secret = lib.give(z, "prod1", "prod2", p, 4)
    local in_test = lib.seal(z, "test1", "test2", t, 4)
    local stolen = z:corrupt("test1")
    local inside = z:open(stolen.sealing[1], secret)
    assert((inside ~= nil) == params.shared_master, "it opens production's payloads just where the master key is shared")
    if inside then
      assert(z:verify("prod2", p, "forged", z:forge(inside, 3, "forged")), "and forges")
    end
    lib.signs(z, "prod2", p, "goes on", 28)
    local ticket = z:request("prod2", { count = 2, from = "prod1" })
    local sealed = { with = stolen.sealing[1], from = "prod1", to = "prod2", ticket = ticket, key = stolen.keys[1], a = 0, b = 2 }
    sealed.enclave = in_test.bytes:sub(11, 26)
    lib.nothing(z:deliver("prod2", z:seal(sealed)))
    sealed.enclave = nil
    local answer = z:deliver("prod2", z:seal(sealed))
    assert((answer ~= nil) == params.shared_master, "it arrives just where the master key is shared")
    lib.refused(z:status("test2", p), "unknown-key")
  end,
}
