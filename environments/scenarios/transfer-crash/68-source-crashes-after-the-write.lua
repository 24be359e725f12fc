-- The source has written that the block is gone and crashes before it sends. Its keys never sign there again; the same
-- payload can be sent after the restart.
local lib = use "catalogue"
return scenario {
  title = "68 the source crashes after the write, before it sends",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    z:crash("hsm1", "middle")
    lib.nothing(z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = ticket }))
    z:restart("hsm1")
    lib.remaining(z, "hsm1", key, 28)
    lib.refused(z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = ticket }), "ticket-used")
    local payload = z:resend("hsm1", { to = "hsm2", ticket = ticket })
    local block = lib.accepted(z:deliver("hsm2", payload), 4)
    assert(block.a == 28 and block.b == 32)
    lib.use_up(z, "hsm1", key, { [28] = true, [29] = true, [30] = true, [31] = true })
  end,
  explore = { sign = 1, transfer = 1, deliver = 2, resend = 1, crash = 1, restart = 1 },
}
