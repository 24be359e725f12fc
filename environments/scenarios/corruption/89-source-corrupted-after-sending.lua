-- The source is corrupted after it handed a block over. All holders share the seed, so nothing is erased (docs/caveats.md):
-- the key is compromised. What the source no longer owns is not in its own set, in both worlds.
local lib = use "catalogue"
return scenario {
  title = "89 the source is corrupted after sending",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local late = lib.seal(z, "hsm1", "hsm2", key, 4)
    lib.give(z, "hsm1", "hsm3", key, 4)
    assert(z:corrupt("hsm1").kind == "state")
    lib.accepted(z:deliver("hsm2", late), 4) -- made while the source was honest
    lib.signs(z, "hsm2", key, "m", 28)
    lib.signs(z, "hsm3", key, "m", 24)
    assert(z:corrupt("hsm1") == nil, "corrupted only once")
  end,
}
