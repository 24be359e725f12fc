-- Every module of the enclave is rolled back at once. No local protocol can see that, not even all of them together; only
-- the audit over all signatures names the index.
local lib = use "catalogue"
return scenario {
  title = "32 all modules are rolled back at once",
  source = "ROTE: all or nothing",
  expect = "distinguished",
  expect_rule = "I1",
  storage = "rollback",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm2", key, 4) -- hsm1: snapshot 2; hsm2: 1 the ticket, 2 the import
    lib.signs(z, "hsm1", key, "one", 0)
    lib.signs(z, "hsm2", key, "two", 28)
    for _, party in ipairs { "hsm1", "hsm2" } do
      z:restore(party, 2)
      z:restart(party)
    end
    z:sign("hsm2", key, "three")
  end,
}
