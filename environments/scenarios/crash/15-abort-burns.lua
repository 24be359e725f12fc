-- An operation dies between taking an index and using it. What was taken is burnt, it does not go back to the pool: also
-- not to a transfer.
local lib = use "catalogue"
return scenario {
  title = "15 an operation dies between taking an index and using it",
  source = "CPP: abort burns",
  expect = "indistinguishable",
  capacity = 4,
  environment = function (z)
    local key = z:keygen("hsm1")
    z:crash("hsm1", "middle")
    lib.nothing(z:sign("hsm1", key, "burnt"))
    z:restart("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    lib.refused(z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = ticket }), "insufficient")
    local _, block = lib.give(z, "hsm1", "hsm2", key, 3)
    assert(block.a == 1 and block.b == 4, "the burnt index 0 must not move")
    lib.refused(z:sign("hsm1", key, "again"), "exhausted")
  end,
}
