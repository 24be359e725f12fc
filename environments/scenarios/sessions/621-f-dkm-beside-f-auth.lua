-- F_DKM and F_AUTH beside each other, under one adversary. A payload of one is nothing to the other, whatever A does to it.
return scenario {
  title = "621 F_DKM beside F_AUTH, A hands the payloads of each to the other",
  source = "ours",
  expect = "indistinguishable",
  sessions = {
    keys = { functionality = "F_DKM", parties = { "hsm1", "hsm2" }, capacity = 8 },
    wire = { functionality = "F_AUTH", parties = { "hsm2", "hsm1", "site" }, limits = { texts = 2 } },
  },

  environment = function (z)
    local key = z.keys:keygen("hsm1")
    local ticket = z.keys:request("hsm2", { key = key, count = 4, from = "hsm1" })
    local received = z.keys:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = ticket })
    assert(received.session == "keys" and received.kind == "received" and received.from == "hsm1")
    local text = z.wire:send("site", "hsm1", "sign firmware 1.0")
    assert(text.session == "wire" and text.kind == "received" and text.text == "sign firmware 1.0" and text.from == "site")
    assert(z.keys:sign("hsm2", key, text.text).kind == "signature")
    assert(z.wire:send("site", "hsm1", "sign firmware 1.1"))
    assert(z.wire:send("site", "hsm1", "sign firmware 1.2").error == "too-many-texts") -- the limit of this session
  end,

  adversary = function (a)
    a:on_send(function (payload)
      local other = payload.session == "keys" and a.wire or a.keys
      for _, name in ipairs { "hsm1", "hsm2" } do
        for _, bytes in ipairs { payload, payload:flip(7), payload:cut(-1) } do other:deliver(name, bytes) end
      end
      a[payload.session]:deliver(payload.to, payload)
    end)
  end,
}
