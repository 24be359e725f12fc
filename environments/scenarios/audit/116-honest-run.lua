-- An honest run with transfers between all parties; the log of all signatures is searched for an index that signs twice.
local lib = use "catalogue"
return scenario {
  title = "116 an honest run, audited",
  source = "RFC section 4",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local log = {}
    local function sign(party, count)
      for i = 1, count do
        local s = lib.signs(z, party, key, party .. " signs " .. i)
        assert(not log[s.index], "index " .. s.index .. " signs twice")
        log[s.index] = party
      end
    end
    sign("hsm1", 3)
    lib.give(z, "hsm1", "hsm2", key, 12)
    sign("hsm2", 4)
    lib.give(z, "hsm2", "hsm3", key, 5)
    sign("hsm3", 2)
    lib.give(z, "hsm3", "hsm1", key, 3)
    for _, party in ipairs { "hsm1", "hsm2", "hsm3" } do lib.use_up(z, party, key, log) end
    assert(lib.count(log) == 32, "every index signs exactly once")
  end,
}
