-- The environment signs at arbitrary points of the schedule of deliveries. `ucsim explore` tries every schedule within the
-- bounds, 1.6 million states; only useful inputs (`wrong = 0`), as wrong ones are tried one by one in entry 118.
local lib = use "catalogue"
return scenario {
  title = "120 sign at arbitrary points of the delivery schedule",
  source = "ours",
  expect = "indistinguishable",
  crypto = "ideal",
  capacity = 4,
  environment = function (z)
    local key = z:keygen("hsm1")
    local one = lib.seal(z, "hsm1", "hsm2", key, 1)
    lib.signs(z, "hsm1", key, "a", 0)
    local two = lib.seal(z, "hsm1", "hsm3", key, 1)
    lib.nothing(z:deliver("hsm3", one))
    lib.accepted(z:deliver("hsm3", two), 1)
    lib.signs(z, "hsm3", key, "b", 2)
    z:crash("hsm2", "before")
    lib.nothing(z:deliver("hsm2", one))
    z:restart("hsm2")
    lib.accepted(z:deliver("hsm2", one), 1)
    lib.signs(z, "hsm2", key, "b", 3)
    lib.signs(z, "hsm1", key, "c", 1)
  end,
  explore = { keygen = 1, request = 2, transfer = 2, sign = 2, deliver = 2, crash = 1, restart = 1, wrong = 0 },
}
