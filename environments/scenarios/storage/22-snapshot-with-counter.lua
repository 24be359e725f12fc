-- The same with a hardware counter: the module refuses to go on.
local lib = use "catalogue"
return scenario {
  title = "22 an old snapshot is restored, with a hardware counter",
  source = "EIP section 6, RFC, SHR",
  expect = "indistinguishable",
  storage = "monotonic",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm2", key, 4)
    for i = 0, 2 do lib.signs(z, "hsm1", key, "m" .. i, i) end
    z:restore("hsm1", 1)
    z:restart("hsm1")
    lib.nothing(z:sign("hsm1", key, "never"))
    lib.signs(z, "hsm2", key, "the others go on", 28)
  end,
}
