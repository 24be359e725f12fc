-- Power fails after the write and before the signature is computed. The index is spent: one key is lost, none is reused.
local lib = use "catalogue"
return scenario {
  title = "2 power fails in sign after the write, before computing",
  source = "CPP, HBS CounterAhead",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    z:crash("hsm1", "middle")
    lib.nothing(z:sign("hsm1", key, "lost"))
    z:restart("hsm1")
    lib.remaining(z, "hsm1", key, 31)
    lib.signs(z, "hsm1", key, "next", 1)
  end,
}
