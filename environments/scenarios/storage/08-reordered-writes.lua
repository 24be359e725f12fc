-- The cache writes what the later of two writes changed and loses what the earlier changed: a mixed state. The earlier was a
-- signature, and its index signs again.
local lib = use "catalogue"
return scenario {
  title = "8 only the later of two writes reaches the disk",
  source = "MCG abstraction layers",
  expect = "distinguished",
  expect_rule = "I1",
  storage = "cache",
  environment = function (z)
    local key, other = z:keygen("hsm1"), z:keygen("hsm1")
    lib.signs(z, "hsm1", key, "a", 0)
    lib.seal(z, "hsm1", "hsm2", other, 3)
    z:crash("hsm1", "reorder")
    z:restart("hsm1")
    lib.remaining(z, "hsm1", other, 29)
    z:sign("hsm1", key, "b")
  end,
}
