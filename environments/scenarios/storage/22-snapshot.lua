-- A snapshot of the storage is restored after three signatures.
local lib = use "catalogue"
return scenario {
  title = "22 an old snapshot is restored after signing",
  source = "EIP section 6, RFC, SHR",
  expect = "distinguished",
  expect_rule = "I1",
  storage = "rollback",
  environment = function (z)
    local key = z:keygen("hsm1") -- snapshot 1
    for i = 0, 2 do lib.signs(z, "hsm1", key, "m" .. i, i) end
    z:restore("hsm1", 1)
    lib.nothing(z:sign("hsm1", key, "a restore implies a crash"))
    z:restart("hsm1")
    z:sign("hsm1", key, "reuse")
  end,
}
