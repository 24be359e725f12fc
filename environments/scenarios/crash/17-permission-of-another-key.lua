-- A reservation made for one store is used on another: here a ticket that was opened for one key is used for a transfer
-- of another. The source cannot know; the receiver must drop it, and the block is lost.
local lib = use "catalogue"
return scenario {
  title = "17 a permission for one key is used for another",
  source = "CPP",
  expect = "indistinguishable",
  environment = function (z)
    local mine, other = z:keygen("hsm1"), z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = mine, count = 2, from = "hsm1" })
    local payload = z:transfer("hsm1", { key = other, count = 2, to = "hsm2", ticket = ticket })
    lib.nothing(z:deliver("hsm2", payload))
    lib.refused(z:status("hsm2", other), "unknown-key")
    lib.remaining(z, "hsm1", other, 30)
    lib.remaining(z, "hsm1", mine, 32)
    -- the ticket is still good for what it was opened for, from another transfer: not from this source again
    lib.refused(z:transfer("hsm1", { key = mine, count = 2, to = "hsm2", ticket = ticket }), "ticket-used")
  end,
}
