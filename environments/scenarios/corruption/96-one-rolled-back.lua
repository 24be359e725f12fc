-- One of several modules is rolled back and the others are not. They do not watch each other here: that one reuses an index.
local lib = use "catalogue"
return scenario {
  title = "96 one of several modules is rolled back",
  source = "KLL",
  expect = "distinguished",
  expect_rule = "I1",
  storage = "rollback",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm2", key, 8)
    lib.give(z, "hsm1", "hsm3", key, 8)
    lib.signs(z, "hsm3", key, "once", 16)
    z:restore("hsm3", 2)
    z:restart("hsm3")
    lib.signs(z, "hsm1", key, "the others are not touched", 0)
    lib.signs(z, "hsm2", key, "the others are not touched", 24)
    z:sign("hsm3", key, "twice")
  end,
}
