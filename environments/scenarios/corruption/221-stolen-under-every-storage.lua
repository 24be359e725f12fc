-- What is stolen is readable whatever the storage: running or down, with a reserve or without. Under a monotonic counter
-- the record also has its version.
local lib = use "catalogue"
return scenario {
  title = "221 a stolen state shows its keys under every storage model",
  source = "ours",
  expect = "indistinguishable",
  for_each = { storage = { "atomic", "rollback", "monotonic", "torn", "cache", "lying" }, reservation = { 0, 2 },
               trust = { "enclave", "pairwise" } },
  capacity = 8, storage = params.storage, reservation = params.reservation, trust = params.trust,
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.signs(z, "hsm1", key, "first", 0)
    lib.give(z, "hsm1", "hsm2", key, 2)
    z:crash("hsm2", "now")
    for _, party in ipairs { "hsm1", "hsm2" } do
      local state = z:corrupt(party)
      assert(#state.keys == 1 and state.keys[1].kid == key.kid, "expected the key")
      assert(#state.sealing == (params.trust == "pairwise" and 2 or 1), "expected the sealing keys")
      for _, s in ipairs(state.sealing) do
        assert(#s.key == 32)
      end
      -- they are what they say: the seed signs, a sealing key for all or for hsm3 seals
      local forged = z:forge(state.keys[1].seed, 7, "forged")
      assert(z:verify("hsm3", key, "forged", forged), "the seed signs")
      local with = state.sealing[#state.sealing].key
      local ticket = z:request("hsm3", { key = key, count = 1, from = party })
      local sealed = z:seal { with = with, from = party, to = "hsm3", ticket = ticket, key = state.keys[1],
                              a = party == "hsm1" and 0 or 1, b = party == "hsm1" and 1 or 2 }
      lib.accepted(z:deliver("hsm3", sealed), 1)
    end
  end,
}
