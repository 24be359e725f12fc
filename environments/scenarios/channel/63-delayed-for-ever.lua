-- Keys stay on their way for the whole run. No time-out gives them back to the source, over restarts too; everything else
-- goes on.
local lib = use "catalogue"
return scenario {
  title = "63 a payload is delayed for the whole run",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.seal(z, "hsm1", "hsm2", key, 30)
    for round = 1, 3 do
      z:crash("hsm1", "now")
      z:restart("hsm1")
      lib.remaining(z, "hsm1", key, 2)
    end
    lib.refused(z:transfer("hsm1", { key = key, count = 3, to = "hsm3",
                                     ticket = z:request("hsm3", { key = key, count = 3, from = "hsm1" }) }), "insufficient")
    local seen = {}
    lib.use_up(z, "hsm1", key, seen)
    assert(lib.count(seen) == 2, "only what was not sent may sign")
  end,
}
