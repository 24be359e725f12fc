-- The receiver opens the seal and crashes before the import is stable. Delivered again after the restart, the payload is
-- imported exactly once.
local lib = use "catalogue"
return scenario {
  title = "70 the receiver crashes before the import is written",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.seal(z, "hsm1", "hsm2", key, 4)
    z:crash("hsm2", "before")
    lib.nothing(z:deliver("hsm2", payload))
    lib.nothing(z:deliver("hsm2", payload))
    z:restart("hsm2")
    lib.refused(z:status("hsm2", key), "unknown-key")
    lib.accepted(z:deliver("hsm2", payload), 4)
    lib.nothing(z:deliver("hsm2", payload))
    lib.remaining(z, "hsm2", key, 4)
  end,
}
