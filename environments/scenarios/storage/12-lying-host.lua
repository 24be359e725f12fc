-- The host says a write is done and stores nothing. Nothing inside the module can see it: out of model for a local
-- protocol, and the audit over all signatures names the index.
local lib = use "catalogue"
return scenario {
  title = "12 the host acknowledges a write and stores nothing",
  source = "CISCO, HBS",
  expect = "distinguished",
  expect_rule = "I1",
  storage = "lying",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.signs(z, "hsm1", key, "stored", 0)
    lib.signs(z, "hsm1", key, "not stored", 1)
    z:crash("hsm1", "lose", 1)
    z:restart("hsm1")
    z:sign("hsm1", key, "reuse")
  end,
}
