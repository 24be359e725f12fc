-- One message is signed twice: two indices, two signatures, both valid. A message under the other's index is not.
local lib = use "catalogue"
return scenario {
  title = "117 one message is signed twice",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm2", key, 1)
    local a, b = lib.signs(z, "hsm1", key, "same", 0), lib.signs(z, "hsm1", key, "same", 1)
    local c = lib.signs(z, "hsm2", key, "same", 31)
    assert(a.signature ~= b.signature and b.signature ~= c.signature)
    assert(z:verify("hsm3", key, "same", a) and z:verify("hsm3", key, "same", b))
    assert(not z:verify("hsm3", key, "other", a))
  end,
}
