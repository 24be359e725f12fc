-- The usual limit of transfers, met and asked for one more; the oldest is still known.
return scenario {
  title = "4,096 transfers, and one more",
  source = "ours",
  expect = "indistinguishable",
  crypto = "ideal",
  scheme = "LMS_SHA256_M32_H15/LMOTS_SHA256_N32_W8",
  environment = function (z)
    local key = z:keygen("hsm1")
    local first, ticket, payload
    for i = 1, 4096 do
      ticket = z:request("hsm2", { key = key, count = 1, from = "hsm1" })
      payload = z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket })
      assert(payload.kind == "payload")
      first = first or { ticket = ticket, bytes = payload.bytes }
      assert(z:deliver("hsm2", payload).a == 32768 - i)
    end
    local more = z:request("hsm3", { key = key, count = 1, from = "hsm1" })
    assert(z:transfer("hsm1", { key = key, count = 1, to = "hsm3", ticket = more }).error == "too-many-transfers")
    assert(z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = first.ticket }).error == "ticket-used")
    assert(z:resend("hsm1", { to = "hsm2", ticket = first.ticket }).bytes == first.bytes)
    assert(z:deliver("hsm2", first.bytes) == nil)
    assert(z:status("hsm2", key).remaining == 4096 and #z:status("hsm2", key).intervals == 1)
    assert(z:status("hsm1", key).remaining == 32768 - 4096)
  end,
}
