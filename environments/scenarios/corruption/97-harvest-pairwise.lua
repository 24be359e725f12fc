-- The attacker that harvests breaks into hsm3, which holds one key and has sealing keys of its own. hsm1 hands that key
-- and another one to hsm2, in payloads of one length: what is known of the first must not open the second.
local lib = use "catalogue"
return scenario {
  title = "97 a corrupted member knows one key of a pair, not the other",
  source = "UC leakage; extract, then forge",
  expect = "indistinguishable",
  trust = "pairwise",
  harvest = true,
  environment = function (z)
    local known, other = z:keygen("hsm1"), z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm3", known, 4)
    local first, second = lib.seal(z, "hsm1", "hsm2", known, 4), lib.seal(z, "hsm1", "hsm2", other, 4)
    assert(#first.bytes == #second.bytes)
    lib.accepted(z:deliver("hsm2", first), 4)
    lib.accepted(z:deliver("hsm2", second), 4)
    assert(z:sign("hsm2", other, "firmware 1").kind == "signature")
    local state = z:corrupt("hsm3")
    assert(#state.keys == 1 and state.keys[1].kid == known.kid)
  end,
}
