-- A disk image is cloned and both boot. Here the second instance is the older state started after the first has signed;
-- nothing tells them apart but a counter.
local lib = use "catalogue"
return scenario {
  title = "24 a disk image is cloned and both boot",
  source = "MCG nonvolatile cloning",
  expect = "distinguished",
  expect_rule = "I1",
  storage = "rollback",
  environment = function (z)
    local key = z:keygen("hsm1")
    z:crash("hsm1", "now")
    z:restart("hsm1")
    lib.signs(z, "hsm1", key, "the first instance", 0)
    z:restore("hsm1", 1)
    z:restart("hsm1")
    z:sign("hsm1", key, "the second instance")
  end,
}
