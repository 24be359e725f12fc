-- The state file is deleted. The module must not make a new one silently.
local lib = use "catalogue"
return scenario {
  title = "34 the state is deleted",
  source = "CPP",
  expect = "indistinguishable",
  storage = "monotonic",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.signs(z, "hsm1", key, "m", 0)
    z:restore("hsm1", 0)
    z:restart("hsm1")
    lib.nothing(z:status("hsm1", key))
    lib.nothing(z:keygen("hsm1"))
  end,
}
