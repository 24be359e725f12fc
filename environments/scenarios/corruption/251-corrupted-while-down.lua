-- A member is corrupted while its power is off and a window was open: what was reserved is in no memory any more, though nobody has
-- given it up. S compares holdings with parties that are up only.
local lib = use "catalogue"
return scenario {
  title = "251 corrupted while it is down, with a window open",
  source = "ours",
  expect = "indistinguishable",
  for_each = { reservation = { 0, 1, 4 }, storage = { "atomic", "monotonic" }, restarted = { false, true } },
  crypto = "ideal",
  reservation = params.reservation,
  storage = params.storage,
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm2", key, 8)
    z:request("hsm2", { key = key, count = 2, from = "hsm1" })
    for i = 1, 2 do lib.signs(z, "hsm2", key, "m" .. i) end
    z:crash("hsm2")
    if params.restarted then z:restart("hsm2") end
    local stolen = z:corrupt("hsm2")
    assert(stolen.kind == "state" and #stolen.keys == 1 and #stolen.sealing == 1)
    z:crash("hsm1") -- and one that is honest goes on
    z:restart("hsm1")
    lib.signs(z, "hsm1", key, "on")
  end,
}
