-- A key that is used up must not look like a new one after a restart.
local lib = use "catalogue"
return scenario {
  title = "20 an exhausted key stays dead after a restart",
  source = "HBS",
  expect = "indistinguishable",
  capacity = 2,
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.signs(z, "hsm1", key, "a", 0)
    lib.signs(z, "hsm1", key, "b", 1)
    lib.refused(z:sign("hsm1", key, "c"), "exhausted")
    z:crash("hsm1", "now")
    z:restart("hsm1")
    lib.refused(z:sign("hsm1", key, "c"), "exhausted")
    lib.remaining(z, "hsm1", key, 0)
  end,
}
