-- A running module is cloned, memory and disk, and both go on. Here the clone is the older state put in place of the newer
-- one; the hardware counter is not cloned, so one of the two must fail.
local lib = use "catalogue"
return scenario {
  title = "23 a live clone, with a hardware counter that is not cloned",
  source = "MCG volatile cloning, RFC section 4",
  expect = "indistinguishable",
  storage = "monotonic",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.signs(z, "hsm1", key, "before the clone", 0) -- snapshot 2: the clone
    lib.signs(z, "hsm1", key, "the first goes on", 1)
    z:restore("hsm1", 2)
    z:restart("hsm1")
    lib.nothing(z:sign("hsm1", key, "the clone"))
  end,
}
