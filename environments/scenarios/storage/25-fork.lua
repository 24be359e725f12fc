-- A process forks after it has loaded the key: parent and child have one state and one hardware counter. Here the child is
-- the state at the fork, started after the parent went on. Its counter is behind the hardware's, so it refuses.
local lib = use "catalogue"
return scenario {
  title = "25 a process forks after the key was loaded, with a hardware counter",
  source = "RFC section 4",
  expect = "indistinguishable",
  storage = "monotonic",
  environment = function (z)
    local key = z:keygen("hsm1") -- snapshot 1: the fork
    lib.signs(z, "hsm1", key, "the parent", 0)
    lib.signs(z, "hsm1", key, "the parent again", 1)
    z:restore("hsm1", 1)
    z:restart("hsm1")
    lib.nothing(z:sign("hsm1", key, "the child"))
    lib.nothing(z:status("hsm1", key))
    z:restart("hsm1")
    lib.nothing(z:sign("hsm1", key, "the child, after a restart"))
  end,
}
