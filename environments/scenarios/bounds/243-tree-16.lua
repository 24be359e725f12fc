-- One-time keys of XMSS^MT are told by the number of their tree, which has up to 55 bits. Two modules sign with the first leaf
-- of tree 0 and of tree 2^4: the one-time keys must differ, and so must what is kept of the trees.
local lib = use "catalogue"
return scenario {
  title = "243 XMSS^MT signs in tree 0 and in tree 2^4",
  source = "ours",
  scheme = "XMSSMT-SHA2_40/8_256",
  capacity = (1 << 9) + 32,
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.signs(z, "hsm1", key, "in tree 0", 0)
    lib.give(z, "hsm1", "hsm2", key, 32)
    lib.signs(z, "hsm2", key, "far from it", 1 << 9)
  end,
}
