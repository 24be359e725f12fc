-- A module knows a key but owns none of its indices: it must not sign.
local lib = use "catalogue"
return scenario {
  title = "29 a module that knows a key but owns no index must not sign",
  source = "EIP section 6",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm2", key, 1)
    lib.signs(z, "hsm2", key, "its only one", 31)
    lib.refused(z:sign("hsm2", key, "one more"), "exhausted")
    lib.remaining(z, "hsm2", key, 0)
    lib.refused(z:sign("hsm3", key, "never had it"), "unknown-key")
  end,
}
