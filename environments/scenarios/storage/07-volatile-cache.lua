-- Writes are acknowledged while they lie in a volatile disk cache; power fails and the last one is gone. An index that
-- signed is offered again: a module on such a disk must not be used, and the run shows why.
local lib = use "catalogue"
return scenario {
  title = "7 an acknowledged write is lost from a volatile cache",
  source = "MCG, HBS: fsync can lie",
  expect = "distinguished",
  expect_rule = "I1",
  storage = "cache",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.signs(z, "hsm1", key, "a", 0)
    lib.signs(z, "hsm1", key, "b", 1)
    z:crash("hsm1", "lose", 1)
    z:restart("hsm1")
    z:sign("hsm1", key, "c")
  end,
}
