-- An implementation that releases first and writes afterwards reuses an index when power fails at any of these points.
-- The real protocol must not; tests/must_diverge holds the one that does.
local lib = use "catalogue"
return scenario {
  title = "4 power fails at every point of sign; a write after the release would show as reuse",
  source = "EIP",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local seen, released = {}, 0
    for _, point in ipairs { "before", "middle", "after" } do
      z:crash("hsm1", point)
      for round = 1, 2 do
        local s = z:sign("hsm1", key, point .. round)
        if s then
          assert(not seen[s.index], "index " .. s.index .. " signs twice")
          seen[s.index] = point
          released = released + 1
        end
        z:restart("hsm1")
      end
    end
    assert(released == 4, "expected 4 released signatures, got " .. released)
    lib.remaining(z, "hsm1", key, 27)
  end,
}
