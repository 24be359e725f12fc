-- A signature of HSS carries the public keys of the trees below the top, and nothing that would let anybody sign with them. The
-- attacker that harvests tries every run of bytes of it as the seed of each of these trees.
local lib = use "catalogue"
local small = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4"
return scenario {
  title = "363 no byte of an HSS signature is the seed of a tree below the top",
  source = "ours",
  expect = "indistinguishable",
  harvest = true,
  for_each = { scheme = { "HSS:" .. small .. "," .. small, "HSS:" .. small .. "," .. small .. "," .. small } },
  scheme = params.scheme,
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm2", key, key.capacity - 33)
    lib.signs(z, "hsm1", key, "first tree", 0)
    lib.signs(z, "hsm2", key, "another", 33)
  end,
}
