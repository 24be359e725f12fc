-- The state lies on a memory disk and fsync does nothing: after a restart the module finds its key as it was made.
local lib = use "catalogue"
return scenario {
  title = "9 fsync does nothing and the module restarts from a fresh state",
  source = "HBS FakePersistence",
  expect = "distinguished",
  expect_rule = "I1",
  storage = "lying",
  environment = function (z)
    local key = z:keygen("hsm1")
    for i = 0, 4 do lib.signs(z, "hsm1", key, "m" .. i, i) end
    z:crash("hsm1", "lose", 5)
    z:restart("hsm1")
    z:sign("hsm1", key, "again from the start")
  end,
}
