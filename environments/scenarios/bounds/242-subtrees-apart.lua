-- Trees of trees: one-time keys are told by their tree and their leaf in it. Two modules sign with the first leaf of bottom
-- trees that lie 16 apart, and in between: no one-time key may come again, at any layer.
local lib = use "catalogue"
local small = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4"
return scenario {
  title = "242 leaves of bottom trees that lie 1, 2, 4, 8 and 16 apart",
  source = "ours",
  scheme = "HSS:" .. small .. "," .. small,
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local above = 1024
    lib.signs(z, "hsm1", key, "tree 0", 0)
    for _, tree in ipairs { 16, 8, 4, 2, 1 } do
      lib.give(z, "hsm1", "hsm2", key, above - 32 * tree)
      above = 32 * tree
      lib.signs(z, "hsm2", key, "tree " .. tree, 32 * tree)
    end
  end,
}
