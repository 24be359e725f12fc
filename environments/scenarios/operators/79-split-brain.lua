-- The whole enclave is restored from a backup at a second site and both sites sign. Here the second site is the older state
-- of every module, started after the first has signed. Only the audit can see it.
local lib = use "catalogue"
return scenario {
  title = "79 the enclave is restored at two sites",
  source = "ROTE, LCM fork",
  expect = "distinguished",
  expect_rule = "I1",
  storage = "rollback",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm2", key, 8)
    lib.signs(z, "hsm1", key, "first site", 0)
    lib.signs(z, "hsm2", key, "first site", 24)
    for _, party in ipairs { "hsm1", "hsm2" } do
      z:crash(party, "now")
      z:restore(party, 2)
      z:restart(party)
    end
    z:sign("hsm1", key, "second site")
  end,
}
