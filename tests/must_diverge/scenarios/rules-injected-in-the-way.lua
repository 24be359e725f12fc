-- A corrupted member of the enclave gives a block to the receiver that overlaps what the source then sends: the receiver may
-- refuse that, and no rule speaks of a compromised key.
return scenario {
  title    = "a genuine payload overlaps an injected block",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8,
  parties  = { "hsm1", "hsm2", "hsm3" },
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local first = z:request("hsm3", { count = 1, from = "hsm1" })
    z:deliver("hsm3", z:transfer("hsm1", { key = key, count = 1, to = "hsm3", ticket = first }))
    local state = z:corrupt("hsm3")
    local forged = z:request("hsm2", { count = 4, from = "hsm1" })
    z:deliver("hsm2", z:seal { with = state.sealing[1].key, from = "hsm1", to = "hsm2", ticket = forged, key = state.keys[1], a = 4, b = 8 })
    local ticket = z:request("hsm2", { count = 2, from = "hsm1" })
    z:deliver("hsm2", z:transfer("hsm1", { key = key, count = 2, to = "hsm2", ticket = ticket }))
  end,
}
