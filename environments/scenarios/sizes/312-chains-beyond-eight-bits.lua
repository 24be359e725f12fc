-- W1 has 265 chains: the first of the checksum, 256, is not chain 0. Its digit is 0 nearly always, that of chain 0 in half of
-- the signatures: then both values are the starts of their chains.
return scenario {
  title = "312 each of 265 chains has a start of its own",
  source = "ours",
  expect = "indistinguishable",
  scheme = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W1",
  environment = function (z)
    local key = z:keygen("hsm1")
    for i = 1, 16 do
      local s = z:sign("hsm1", key, "m" .. i).signature
      assert(s:sub(41, 72) ~= s:sub(41 + 256 * 32, 72 + 256 * 32), "one start for two chains")
    end
  end,
}
