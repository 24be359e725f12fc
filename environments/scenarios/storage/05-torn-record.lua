-- The state record is larger than a sector, and power fails while it is written: half old, half new. The checksum finds
-- it out and the last whole record counts; no counter moves back behind a released signature.
local lib = use "catalogue"
return scenario {
  title = "5 a record is torn while it is written",
  source = "CISCO: partial updates",
  expect = "indistinguishable",
  storage = "torn",
  environment = function (z)
    local key = z:keygen("hsm1")
    local seen = {}
    for round = 1, 4 do
      for _, point in ipairs { "torn-head", "torn-tail" } do
        z:crash("hsm1", point)
        lib.nothing(z:sign("hsm1", key, "torn " .. round))
        lib.nothing(z:status("hsm1", key))
        z:restart("hsm1")
        local s = lib.signs(z, "hsm1", key, point .. round)
        assert(not seen[s.index], "index " .. s.index .. " signs twice")
        seen[s.index] = true
      end
    end
    lib.use_up(z, "hsm1", key, seen)
    assert(lib.count(seen) == 32, "a torn write takes no index with it")
  end,
}
