-- Two sessions of F_DKM on the same modules. What one of them sends is nothing to the other.
return scenario {
  title = "620 two sessions of F_DKM, a payload of one delivered to the other",
  source = "ours",
  expect = "indistinguishable",
  sessions = {
    keys  = { functionality = "F_DKM", parties = { "hsm1", "hsm2", "hsm3" } },
    keys2 = { functionality = "F_DKM", protocol = "ticketed-transfer", parties = { "hsm1", "hsm2" } },
  },

  environment = function (z)
    local key, other = z.keys:keygen("hsm1"), z.keys2:keygen("hsm1")
    assert(key.kid ~= other.kid, "both sessions made the same key")
    local ticket = z.keys:request("hsm2", { key = key, count = 4, from = "hsm1" })
    z.keys2:request("hsm2", { key = other, count = 4, from = "hsm1" })
    local payload = z.keys:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = ticket })
    assert(payload.kind == "payload" and payload.session == "keys" and payload.to == "hsm2")
    assert(z.keys2:deliver("hsm2", payload) == nil, "a payload of the other session is accepted")
    local received = z.keys:deliver("hsm2", payload)
    assert(received.kind == "received" and received.session == "keys")
    assert(z.keys:sign("hsm2", key, "firmware 1.0").kind == "signature")
    assert(z.keys2:sign("hsm2", other, "firmware 1.0").error == "unknown-key")
  end,
}
