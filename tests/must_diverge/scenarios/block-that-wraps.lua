-- A corrupted member seals a block that begins at the highest number there is and ends behind 0: as many indices as were
-- requested, modulo 2^64, and no interval.
return scenario {
  title    = "a block that wraps around 2^64",
  source   = "docs/protocol.md, payloads from the network",
  crypto   = "ideal",
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 2, from = "hsm1" })
    local stolen = z:corrupt("hsm1")
    local payload = z:seal { with = stolen.sealing[1], from = "hsm1", to = "hsm2", ticket = ticket, key = stolen.keys[1],
                             a = -1, b = 1 }
    local received, signature = z:deliver("hsm2", payload), z:sign("hsm2", key, "with index 2^64 - 1")
    assert(received == nil and signature.error == "unknown-key")
  end,
}
