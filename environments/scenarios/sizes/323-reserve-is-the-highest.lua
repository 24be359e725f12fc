return scenario {
  title = "323 the reserve is the highest interval",
  source = "ours",
  expect = "indistinguishable",
  parties = { "hsm1", "hsm2" }, capacity = 8, reservation = 2, crypto = "ideal",
  environment = function (z)
    local key = z:keygen("hsm1")
    local function give(from, to, n)
      local t = z:request(to, { key = key, count = n, from = from })
      return z:transfer(from, { key = key, count = n, to = to, ticket = t })
    end
    z:deliver("hsm2", give("hsm1", "hsm2", 3)) -- [5,8): hsm2
    z:sign("hsm2", key, "a")                   -- 5, reserve [6,8)
    z:deliver("hsm2", give("hsm1", "hsm2", 2)) -- [3,5)
    local r = z:deliver("hsm1", give("hsm2", "hsm1", 2))
    assert(r.a == 6)
  end,
}
