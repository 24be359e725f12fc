-- C is a function of seed and index (RFC 8554, section 9.3 wants it fresh for each signature).
return scenario {
  title = "310 every index has a randomiser of its own",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local one, two = z:sign("hsm1", key, "m"), z:sign("hsm1", key, "m")
    assert(one.signature:sub(9, 40) ~= two.signature:sub(9, 40), "one C twice")
  end,
}
