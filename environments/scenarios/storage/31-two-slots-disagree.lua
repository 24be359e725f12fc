-- Replicas of the state disagree. Here a module has two record slots: after a write whose answer was lost the newer one is
-- whole and counts; after a torn write it is not, and the older one counts. The lower one is never picked while the higher
-- one is whole.
local lib = use "catalogue"
return scenario {
  title = "31 two copies of the state disagree: the newer whole one counts",
  source = "SHR max rule",
  expect = "indistinguishable",
  storage = "torn",
  environment = function (z)
    local key = z:keygen("hsm1")
    for i = 0, 4 do lib.signs(z, "hsm1", key, "m" .. i, i) end
    z:crash("hsm1", "middle")
    lib.nothing(z:sign("hsm1", key, "written, not released"))
    z:restart("hsm1")
    lib.signs(z, "hsm1", key, "the newer copy counts", 6)
    z:crash("hsm1", "torn-head")
    lib.nothing(z:sign("hsm1", key, "torn"))
    z:restart("hsm1")
    local seen = {}
    lib.use_up(z, "hsm1", key, seen)
    for i = 0, 6 do assert(not seen[i], "index " .. i .. " comes back") end
    assert(lib.count(seen) >= 24, "at most one index for the torn record")
  end,
}
