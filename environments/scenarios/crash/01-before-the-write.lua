-- Power fails before the new state is written. No signature may be out, and nothing is lost.
local lib = use "catalogue"
return scenario {
  title = "1 power fails in sign before the durable write",
  source = "NIST, EIP section 4",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.signs(z, "hsm1", key, "first", 0)
    z:crash("hsm1", "before")
    lib.nothing(z:sign("hsm1", key, "second"))
    lib.nothing(z:sign("hsm1", key, "down"))
    z:restart("hsm1")
    lib.remaining(z, "hsm1", key, 31)
    lib.signs(z, "hsm1", key, "third", 1)
  end,
}
