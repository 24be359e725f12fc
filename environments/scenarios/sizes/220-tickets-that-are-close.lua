-- A ticket is 16 bytes and every one of them counts, for the receiver that opened it, for the source that must not use it
-- twice and for the key that seals. Tickets that differ in one bit of one byte are different tickets; of any other
-- length there are none.
local lib = use "catalogue"
return scenario {
  title = "220 tickets that differ in one bit, and tickets of other lengths",
  source = "ours",
  expect = "indistinguishable",
  crypto = "ideal",
  seal = "real",
  environment = function (z)
    local key = z:keygen("hsm1")
    local open = z:request("hsm2", { key = key, count = 1, from = "hsm1" })
    local function transfer(ticket)
      return z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket })
    end
    for _, length in ipairs { 0, 1, 8, 15, 17, 31, 32, 255, 256, 272, 65552 } do
      local ticket = (open.ticket .. string.rep(open.ticket, length // 16)):sub(1, length)
      lib.refused(transfer(ticket), "bad-ticket")
      lib.refused(z:resend("hsm1", { to = "hsm2", ticket = ticket }), "no-such-transfer")
      lib.refused(z:cancel("hsm2", ticket), "no-such-ticket")
    end
    local function changed(byte, bit)
      local value = open.ticket:byte(byte) ~ (1 << bit)
      return open.ticket:sub(1, byte - 1) .. string.char(value) .. open.ticket:sub(byte + 1)
    end
    local sent = {}
    for byte = 1, 16 do
      local close = changed(byte, byte % 8)
      lib.refused(z:cancel("hsm2", close), "no-such-ticket")
      local payload = transfer(close)
      assert(payload.kind == "payload", "this ticket was never used")
      lib.refused(transfer(close), "ticket-used")
      lib.nothing(z:deliver("hsm2", payload))
      lib.nothing(z:deliver("hsm2", payload:set("ticket", open.ticket)))
      for _, other in ipairs(sent) do lib.sealed_apart(payload, other) end
      sent[#sent + 1] = payload
    end
    local payload = transfer(open)
    lib.nothing(z:deliver("hsm2", payload:set("ticket", changed(16, 0))))
    for byte = 1, 16 do
      lib.refused(z:cancel("hsm2", changed(byte, 7 - byte % 8)), "no-such-ticket")
      assert(z:resend("hsm1", { to = "hsm2", ticket = changed(byte, byte % 8) }).bytes == sent[byte].bytes)
    end
    lib.accepted(z:deliver("hsm2", payload), 1)
    lib.remaining(z, "hsm1", key, 15)
  end,
}
