-- A signature is of the whole message, what lies behind a zero byte too.
return scenario {
  title = "332 a signature of another message that agrees up to a zero byte",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local s = z:sign("hsm1", key, "a")
    assert(not z:verify("hsm2", key, "a\0b", s))
  end,
}
