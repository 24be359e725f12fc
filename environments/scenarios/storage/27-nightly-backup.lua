-- After a crash the operator restores last night's backup and goes on. Everything since then is in danger: signatures, and
-- here also a block that was handed over.
local lib = use "catalogue"
return scenario {
  title = "27 last night's backup is restored after a crash",
  source = "EIP: dominant operational risk",
  expect = "distinguished",
  expect_rule = "I1",
  storage = "rollback",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.signs(z, "hsm1", key, "yesterday", 0) -- snapshot 2: the backup
    lib.signs(z, "hsm1", key, "today", 1)
    lib.give(z, "hsm1", "hsm2", key, 4)
    z:crash("hsm1", "now")
    z:restore("hsm1", 2)
    z:restart("hsm1")
    z:sign("hsm1", key, "after the restore")
  end,
}
