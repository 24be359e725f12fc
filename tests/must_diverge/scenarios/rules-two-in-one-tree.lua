-- The one-time key above signs the same tree in both signatures.
local small = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4"
return scenario {
  title  = "two signatures of one bottom tree",
  source = "docs/rules.md",
  scheme = "HSS:" .. small .. "," .. small,
  expect = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    z:sign("hsm1", key, "a")
    z:sign("hsm1", key, "b")
  end,
}
