-- The request never reaches the source. Here a request is a ticket that an operator carries, so nothing at all happens at
-- the source; the receiver can cancel the ticket or keep it.
local lib = use "catalogue"
return scenario {
  title = "46 a request is lost on its way",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    lib.remaining(z, "hsm1", key, 32)
    local cancelled = z:cancel("hsm2", ticket)
    assert(cancelled.kind == "cancelled")
    lib.refused(z:cancel("hsm2", ticket), "no-such-ticket")
    lib.signs(z, "hsm1", key, "m", 0)
  end,
}
