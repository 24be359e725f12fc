-- The state of one key is put in place of another's. Here all keys of a party lie in one record, so the case is a mix-up
-- inside it: two keys are used in turn, over restarts and transfers, and must not touch each other.
local lib = use "catalogue"
return scenario {
  title = "35 the states of two keys are not mixed up",
  source = "CPP, EIP",
  expect = "indistinguishable",
  environment = function (z)
    local one, two = z:keygen("hsm1"), z:keygen("hsm1")
    lib.signs(z, "hsm1", one, "a", 0)
    lib.signs(z, "hsm1", one, "b", 1)
    lib.signs(z, "hsm1", two, "c", 0)
    lib.give(z, "hsm1", "hsm2", two, 5)
    z:crash("hsm1", "now")
    z:restart("hsm1")
    lib.remaining(z, "hsm1", one, 30)
    lib.remaining(z, "hsm1", two, 26)
    lib.signs(z, "hsm1", two, "d", 1)
    lib.signs(z, "hsm1", one, "e", 2)
    lib.signs(z, "hsm2", two, "f", 27)
    lib.refused(z:status("hsm2", one), "unknown-key")
  end,
}
