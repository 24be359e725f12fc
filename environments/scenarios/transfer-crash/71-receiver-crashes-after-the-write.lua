-- The receiver crashes right after the import is stable, before it says so. Import and closing the ticket are one write:
-- delivered again, the payload is dropped, and what was used meanwhile stays used.
local lib = use "catalogue"
return scenario {
  title = "71 the receiver crashes after the import is written",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    for _, point in ipairs { "middle", "after" } do
      local payload, ticket = lib.seal(z, "hsm1", "hsm2", key, 4)
      z:crash("hsm2", point)
      local received = z:deliver("hsm2", payload)
      assert((received ~= nil) == (point == "after"))
      z:restart("hsm2")
      lib.refused(z:cancel("hsm2", ticket), "no-such-ticket")
      lib.nothing(z:deliver("hsm2", payload))
      lib.remaining(z, "hsm2", key, 4)
      lib.use_up(z, "hsm2", key, {})
      lib.nothing(z:deliver("hsm2", payload))
      lib.refused(z:sign("hsm2", key, "again"), "exhausted")
    end
    lib.remaining(z, "hsm1", key, 24)
  end,
}
