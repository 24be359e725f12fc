-- kid = the first 16 bytes of SHA-256 of the public key. Both are written down here for keys of seed 1, made with crypto real
-- and ideal; with another seed another key is made, of which nothing is said.
local kid_of = {
  ["0000000500000004253b3156e5ce693470c987547a6187967c0e68c37a1c73d29572dbf33c5b744af105ae3e8ef267959d5f9241836f2eb9"] =
    "8bc0af87f6cfd172c630d47fe9b10906",
  ["78ced724abf71337a329e3ae46f2cf98d0d2cfc76aec67653216fb2e77533d247c9e006cf85e3f9cf995518d1d0694bf3993858a39027607"] =
    "3925ab141e33a5c951ccadce77016bef",
}
return scenario {
  title = "328 the kid is the first 16 bytes of SHA-256 of the public key",
  source = "ours",
  expect = "indistinguishable",
  seed = 1,
  environment = function (z)
    local key = z:keygen("hsm1")
    local expected = kid_of[hex(key.vk)]
    assert(not expected or hex(key.kid) == expected)
  end,
}
