-- All that was sent is kept: each of it can be sent again, none of its tickets serves twice, and when the list is full
-- nothing more leaves, for whomever. Sending again takes no place.
local lib = use "catalogue"
return scenario {
  title = "218 as many transfers as may be kept, one more, and each sent again",
  source = "ours",
  expect = "indistinguishable",
  for_each = { transfers = { 0, 1, 2, 9, 256 } },
  crypto = "ideal",
  scheme = "LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W1",
  limits = { transfers = params.transfers },
  environment = function (z)
    local limit, ticket, payload = params.transfers, {}, {}
    local key = z:keygen("hsm1")
    for i = 1, limit do
      ticket[i] = z:request("hsm2", { key = key, count = 1, from = "hsm1" })
      payload[i] = z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket[i] })
      assert(payload[i].kind == "payload")
      if i % 60 == 0 then -- open tickets have a limit of their own
        for j = i - 59, i do lib.accepted(z:deliver("hsm2", payload[j]), 1) end
      end
    end
    local more = z:request("hsm3", { key = key, count = 1, from = "hsm1" })
    local function full()
      lib.refused(z:transfer("hsm1", { key = key, count = 1, to = "hsm3", ticket = more }), "too-many-transfers")
    end
    full()
    lib.remaining(z, "hsm1", key, 1024 - limit)
    for i = 1, limit do
      lib.refused(z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket[i] }), "ticket-used")
      local again = z:resend("hsm1", { to = "hsm2", ticket = ticket[i] })
      assert(again.bytes == payload[i].bytes, "the same bytes")
      lib.refused(z:resend("hsm1", { to = "hsm3", ticket = ticket[i] }), "no-such-transfer")
    end
    full()
    z:crash("hsm1") z:restart("hsm1")
    full()
    for _, i in ipairs { 1, 8, 9, limit - 8, limit - 1, limit } do
      if i >= 1 and i <= limit then
        lib.refused(z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket[i] }), "ticket-used")
        assert(z:resend("hsm1", { to = "hsm2", ticket = ticket[i] }).bytes == payload[i].bytes, "also after a restart")
      end
    end
    for i = limit - limit % 60 + 1, limit do lib.accepted(z:deliver("hsm2", payload[i]), 1) end
    -- a full list is the sender's: it signs, receives and hands nothing on; another sends
    lib.signs(z, "hsm1", key, "on", 0)
    if limit > 0 then lib.give(z, "hsm2", "hsm1", key, 1) end
    full()
  end,
}
