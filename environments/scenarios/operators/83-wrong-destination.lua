-- The operator names the wrong destination. The transfer completes nowhere; its keys are lost, or, when the other
-- receiver did ask, its new owner can hand them on.
local lib = use "catalogue"
return scenario {
  title = "83 the operator names the wrong destination",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 6, from = "hsm1" })
    local stray = z:transfer("hsm1", { key = key, count = 6, to = "hsm3", ticket = ticket })
    lib.nothing(z:deliver("hsm3", stray))
    lib.nothing(z:deliver("hsm2", stray))
    lib.remaining(z, "hsm1", key, 26)
    lib.give(z, "hsm1", "hsm3", key, 6)
    lib.give(z, "hsm3", "hsm2", key, 6)
    lib.remaining(z, "hsm2", key, 6)
    lib.remaining(z, "hsm1", key, 20)
  end,
}
