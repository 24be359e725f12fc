-- The hardware counter was stepped and the state behind it not written. At the restart they differ: the module stops for
-- ever.
local lib = use "catalogue"
return scenario {
  title = "18 the counter is ahead of the stored state",
  source = "HBS KeyAhead",
  expect = "indistinguishable",
  storage = "monotonic",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.signs(z, "hsm1", key, "m", 0)
    z:crash("hsm1", "now")
    z:restart("hsm1")
    lib.signs(z, "hsm1", key, "an ordinary restart costs nothing", 1)
    z:crash("hsm1", "between")
    lib.nothing(z:sign("hsm1", key, "never"))
    for _ = 1, 2 do
      z:restart("hsm1")
      lib.nothing(z:sign("hsm1", key, "never again"))
      lib.nothing(z:status("hsm1", key))
    end
  end,
}
