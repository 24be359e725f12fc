-- A source that sends first and writes afterwards owns the block again after a crash at any of these points. The real
-- protocol must not; tests/must_diverge holds the one that does.
local lib = use "catalogue"
return scenario {
  title = "69 the source crashes at every point; sending before the write would show as reuse",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    for _, point in ipairs { "before", "middle", "after" } do
      local key = z:keygen("hsm1")
      local ticket = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
      z:crash("hsm1", point)
      local payload = z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = ticket })
      assert((payload ~= nil) == (point == "after"), "at " .. point .. " the payload is sent when it must not be")
      z:restart("hsm1")
      local seen = {}
      if payload then lib.accepted(z:deliver("hsm2", payload), 4) end
      lib.use_up(z, "hsm1", key, seen)
      assert(lib.count(seen) == (point == "before" and 32 or 28), "at " .. point .. " other keys are left")
      if payload then
        lib.use_up(z, "hsm2", key, seen)
        assert(lib.count(seen) == 32)
      end
    end
  end,
}
