-- A message is its bytes and its length; a zero byte ends nothing.
return scenario {
  title = "322 a zero byte in a message",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local s = z:sign("hsm1", key, "a\0b")
    assert(z:verify("hsm2", key, "a\0b", s))
  end,
}
