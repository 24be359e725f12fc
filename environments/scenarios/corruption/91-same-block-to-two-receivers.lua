-- A corrupted source seals one block for two honest receivers. The key is compromised, so F allows it: both own the same
-- indices, and uniqueness among honest parties is lost for this key. Corrupted senders are in scope; certifying blocks once
-- would be another protocol.
local lib = use "catalogue"
return scenario {
  title = "91 a corrupted source hands one block to two receivers",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local t2 = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    local t3 = z:request("hsm3", { key = key, count = 4, from = "hsm1" })
    local stolen = z:corrupt("hsm1")
    for party, ticket in pairs { hsm2 = t2, hsm3 = t3 } do
      local forged = z:seal { with = stolen.sealing[1], from = "hsm1", to = party, ticket = ticket,
                              key = stolen.keys[1], a = 8, b = 12 }
      local received = lib.accepted(z:deliver(party, forged), 4)
      assert(received.a == 8)
      lib.nothing(z:deliver(party, forged))
    end
    lib.signs(z, "hsm2", key, "here", 8)
    lib.signs(z, "hsm3", key, "there", 8)
  end,
}
