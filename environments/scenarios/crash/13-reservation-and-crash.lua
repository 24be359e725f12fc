-- A window of four indices is reserved in one write; power fails after some of them were used. None of them is offered
-- again, and at most the window is lost.
local lib = use "catalogue"
return scenario {
  title = "13 power fails inside a reservation window",
  source = "MCG section 5, RFC section 5.9",
  expect = "indistinguishable",
  reservation = 4,
  environment = function (z)
    local key = z:keygen("hsm1")
    local seen = {}
    for used = 1, 4 do
      local before = z:status("hsm1", key).remaining
      for i = 1, used do
        local s = lib.signs(z, "hsm1", key, "window " .. used .. " signature " .. i)
        assert(not seen[s.index], "index " .. s.index .. " signs twice")
        seen[s.index] = true
      end
      z:crash("hsm1", "now")
      z:restart("hsm1")
      local after = z:status("hsm1", key).remaining
      assert(after < before - used + 1, "no more than was there")
      assert(after >= before - used - 4, "at most the window is lost")
    end
    lib.use_up(z, "hsm1", key, seen)
    assert(lib.count(seen) < 32, "something was lost, or the window was never used")
  end,
}
