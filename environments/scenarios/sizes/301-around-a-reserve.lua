-- A reserve with own indices below and above it: a block that covers all three leaves nothing behind.
return scenario {
  title = "301 a block over own, reserved and own indices is given away whole",
  source = "ours",
  expect = "indistinguishable",
  for_each = { count = { 4, 5, 6, 7 } },
  reservation = 2,
  capacity = 8,
  environment = function (z)
    local key = z:keygen("hsm1")
    local function give(from, to, n)
      local t = z:request(to, { key = key, count = n, from = from })
      return z:deliver(to, z:transfer(from, { key = key, count = n, to = to, ticket = t }))
    end
    give("hsm1", "hsm2", 4)                  -- [4,8)
    give("hsm1", "hsm3", 2)                  -- [2,4)
    assert(give("hsm2", "hsm1", 4).a == 4)   -- hsm1 owns [0,2) and [4,8)
    assert(z:sign("hsm1", key, "m").index == 0) -- reserves 1 and 4
    assert(give("hsm3", "hsm1", 2).a == 2)   -- own [2,4) and [5,8) around the reserved 4
    local got = give("hsm1", "hsm2", params.count)
    assert(got.a == 8 - params.count and got.b == 8)
    assert(z:status("hsm1", key).remaining == 7 - params.count)
    for i = 1, 7 - params.count do z:sign("hsm1", key, "a" .. i) end
    assert(z:sign("hsm1", key, "one too many").error == "exhausted")
  end,
}
