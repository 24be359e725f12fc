-- A module is enrolled again under its id with an empty store, and everything that was ever sent to the id is replayed. The
-- tickets are chance and gone with the old store: nothing is accepted, and what the old device held is lost, which A3 names.
local lib = use "catalogue"
return scenario {
  title = "77 a module is enrolled again with an empty store, and all its old payloads are replayed",
  source = "ours",
  expect = "distinguished",
  expect_rule = "A3",
  storage = "rollback",
  environment = function (z)
    local key = z:keygen("hsm1")
    local old = {}
    for i = 1, 3 do old[i] = lib.give(z, "hsm1", "hsm2", key, 4) end
    old[4] = lib.seal(z, "hsm1", "hsm2", key, 4)
    z:restore("hsm2", 0)
    z:restart("hsm2")
    for i = 1, 4 do lib.nothing(z:deliver("hsm2", old[i])) end
    local fresh = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    for i = 1, 4 do lib.nothing(z:deliver("hsm2", old[i])) end
    lib.accepted(z:deliver("hsm2", z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = fresh })), 4)
    for i = 1, 4 do lib.nothing(z:deliver("hsm2", old[i])) end
    z:status("hsm2", key)
  end,
}
