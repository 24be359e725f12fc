-- HSM 1 hands four one-time keys to HSM 2; the network delivers the payload again after HSM 2 has signed with them.
return scenario {
  title    = "49 a payload is replayed after use",
  source   = "the transfer channel is the adversary; docs/protocol.md, tickets",
  parties  = { "hsm1", "hsm2", "hsm3" },
  scheme   = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
  protocol = "ticketed-transfer",
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = ticket })
    local s = z:sign("hsm2", key, "firmware 1.0")
    assert(z:verify("hsm3", key, "firmware 1.0", s))
    assert(z:ask("replay") == nil)
    local t = z:sign("hsm2", key, "firmware 1.1")
    assert(t.index == s.index + 1)
  end,

  adversary = function (a)
    a:on_send(function (p) a:deliver(p.to, p) end)
    a:on_ask("replay", function ()
      for _, p in ipairs(a:seen()) do a:deliver(p.to, p) end
    end)
  end,

  explore = { sign = 2, transfer = 2, deliver = 3, crash = 1 },
}
