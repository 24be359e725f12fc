-- Everything on the wire is written down by the adversary and shown to the environment. What moved must not show beyond
-- the declared leakage: payloads of different keys and blocks have one size, and their bytes are the same in both worlds.
return scenario {
  title = "97 the wire shows nothing beyond the declared leakage",
  source = "UC leakage",
  expect = "indistinguishable",
  environment = function (z)
    local one, two = z:keygen("hsm1"), z:keygen("hsm1")
    local size
    for _, case in ipairs { { one, 1 }, { one, 16 }, { two, 1 }, { two, 31 } } do
      local ticket = z:request("hsm2", { key = case[1], count = case[2], from = "hsm1" })
      local report = z:transfer("hsm1", { key = case[1], count = case[2], to = "hsm2", ticket = ticket })
      assert(report.kind == "report", "the adversary must show the payload")
      size = size or #report.text
      assert(report.text:sub(1, 2) == "\0\2" and report.text:sub(27, 34) == string.pack(">I4I4", 0, 1)
             and report.text:sub(35, 50) == ticket.ticket, "the header is not what docs/protocol.md says")
      assert(#report.text == size, "the size tells the blocks apart")
    end
    local before = #z:view()
    assert(z:ask("all of it, please").kind == "report")
    assert(#z:view() - before >= 4, "four payloads again")
  end,
  adversary = function (a)
    a:on_send(function (p) a:report(p.bytes) end)
    a:on_ask(function ()
      for _, p in ipairs(a:seen()) do a:report(p.bytes) end
    end)
  end,
}
