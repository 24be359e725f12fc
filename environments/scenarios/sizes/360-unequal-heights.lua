-- HSS whose trees are not of one height: a leaf is a number of its own tree. Two modules sign with indices that are one bit
-- each, from the highest down: no one-time key may come again, at any layer.
local lib = use "catalogue"
local low, high = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W2", "LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W2"
return scenario {
  title = "360 a higher HSS tree below a lower one, and the other way round",
  source = "ours",
  expect = "indistinguishable",
  parties = { "hsm1", "hsm2" },
  for_each = { scheme = { "HSS:" .. low .. "," .. high, "HSS:" .. high .. "," .. low } },
  scheme = params.scheme,
  environment = function (z)
    local key = z:keygen("hsm1")
    local above = key.capacity
    lib.signs(z, "hsm1", key, "index 0", 0)
    while above > 1 do
      local index = above // 2
      lib.give(z, "hsm1", "hsm2", key, above - index) -- a module signs with the lowest that it owns
      lib.signs(z, "hsm2", key, "index " .. index, index)
      above = index
    end
  end,
}
