-- Only the source is rolled back, to before it sent a block. It believes it owns what the receiver owns: one index signs
-- at both.
local lib = use "catalogue"
return scenario {
  title = "37 the source is rolled back after sending",
  source = "ours",
  expect = "distinguished",
  expect_rule = "I1",
  storage = "rollback",
  capacity = 4,
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm2", key, 3)
    lib.signs(z, "hsm2", key, "at the receiver", 1)
    lib.signs(z, "hsm1", key, "its own", 0)
    z:restore("hsm1", 1)
    z:restart("hsm1")
    z:sign("hsm1", key, "reuse of its own")
    z:sign("hsm1", key, "reuse of the receiver's")
  end,
}
