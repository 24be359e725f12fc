-- The operator is deceived into a transfer for a ticket that nobody opened. The keys are lost and counted; they are not
-- reused, and nobody can import them.
local lib = use "catalogue"
return scenario {
  title = "58 a forged request makes a source send to a ticket nobody opened",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = ("forged!!"):rep(2) })
    assert(payload.kind == "payload", "the source cannot know")
    lib.nothing(z:deliver("hsm2", payload))
    lib.nothing(z:deliver("hsm3", payload))
    lib.remaining(z, "hsm1", key, 28)
    local seen = {}
    lib.use_up(z, "hsm1", key, seen)
    assert(lib.count(seen) == 28)
    lib.refused(z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = "short" }), "bad-ticket")
  end,
}
