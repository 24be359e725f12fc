-- Only the whole name of a set names it.
return scenario {
  title = "333 the beginning of a set's name is no set",
  source = "ours",
  expect = "indistinguishable",
  for_each = { name = { "LMS_SHA256_M32_H5", "L" } },
  environment = function (z)
    assert(z:keygen("hsm1", params.name).error == "not-supported")
  end,
}
