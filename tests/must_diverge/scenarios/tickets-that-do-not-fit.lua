-- Honest sources seal for tickets that ask for something else; every one of these payloads must be dropped.
return scenario {
  title    = "payloads that do not fit the ticket they are for",
  source   = "docs/protocol.md, payloads from the network",
  crypto   = "ideal",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    local key, other = z:keygen("hsm1"), z:keygen("hsm1")
    local foreign = z:keygen("hsm3")
    local function asked(what, sent)
      what.from = "hsm1"
      local ticket = z:request("hsm2", what)
      local from = sent.from or "hsm1"
      local payload = z:transfer(from, { key = sent.key, count = sent.count, to = "hsm2", ticket = ticket })
      if payload and payload.kind == "payload" then z:deliver("hsm2", payload) end
      z:cancel("hsm2", ticket)
    end
    asked({ key = key, count = 2 }, { key = key, count = 1 })
    asked({ key = key, count = 1 }, { key = key, count = 2 })
    asked({ key = key, count = 1 }, { key = other, count = 1 })
    asked({ count = 1 }, { key = foreign, count = 1, from = "hsm3" })
    z:status("hsm2", key)
    z:status("hsm2", other)
    z:status("hsm2", foreign)
  end,
}
