-- The source or the receiver fails at every point of a hand-over of many keys beyond 2^32. What is lost is the block and nothing
-- else, to the last index.
local lib = use "catalogue"
return scenario {
  title = "228 power fails while 2^31 - 1 keys are handed over",
  source = "ours",
  expect = "indistinguishable",
  for_each = { point = { "before", "middle", "after" }, count = { 65535, (1 << 31) - 1 },
               storage = { "torn", "monotonic" } },
  crypto = "ideal",
  scheme = "XMSSMT-SHA2_60/12_256",
  storage = params.storage,
  environment = function (z)
    local key, count, all = z:keygen("hsm1"), params.count, 1 << 60
    local written, sent = params.point ~= "before", params.point == "after"
    local ticket = z:request("hsm2", { key = key, count = count, from = "hsm1" })
    local function transfer() return z:transfer("hsm1", { key = key, count = count, to = "hsm2", ticket = ticket }) end
    z:crash("hsm1", params.point)
    local payload = transfer()
    assert((payload ~= nil) == sent, "it leaves only if the power fails after it")
    z:restart("hsm1")
    lib.remaining(z, "hsm1", key, written and all - count or all)
    if not written then payload = transfer() else lib.refused(transfer(), "ticket-used") end
    if written and not sent then payload = z:resend("hsm1", { to = "hsm2", ticket = ticket }) end
    lib.remaining(z, "hsm1", key, all - count)
    z:crash("hsm2", params.point)
    assert((z:deliver("hsm2", payload) ~= nil) == sent)
    z:restart("hsm2")
    if not written then lib.accepted(z:deliver("hsm2", payload), count) end
    lib.nothing(z:deliver("hsm2", payload))
    lib.remaining(z, "hsm2", key, count)
    lib.signs(z, "hsm2", key, "the lowest", all - count)
  end,
}
