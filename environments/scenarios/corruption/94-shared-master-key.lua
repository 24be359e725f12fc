-- One master key for the enclave: one corrupted module opens every payload that went over the wire, also between others and
-- also those from before.
local lib = use "catalogue"
return scenario {
  title = "94 with a master key one corrupted module opens every payload",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.give(z, "hsm1", "hsm2", key, 4)
    local stolen = z:corrupt("hsm3")
    assert(#stolen.keys == 0, "it held no key")
    local inside = z:open(stolen.sealing[1], payload)
    assert(inside and inside.vk == key.vk and inside.a == 28, "but it opens what others sent")
    assert(z:verify("hsm1", key, "forged", z:forge(inside, 3, "forged")), "and forges")
    lib.signs(z, "hsm1", key, "goes on", 0)
  end,
}
