-- What was taken is nowhere to be seen when the module dies after its write: the books must know which block it was.
return scenario {
  title = "331 a transfer that nobody saw, of a party with two intervals",
  source = "ours",
  expect = "indistinguishable",
  parties = { "hsm1", "hsm2" }, capacity = 6, crypto = "ideal",
  environment = function (z)
    local key = z:keygen("hsm1")
    local function give(from, to, n)
      local t = z:request(to, { key = key, count = n, from = from })
      return z:transfer(from, { key = key, count = n, to = to, ticket = t })
    end
    z:deliver("hsm2", give("hsm1", "hsm2", 3))
    z:deliver("hsm1", give("hsm2", "hsm1", 1)) -- hsm1: [0,3) [5,6)
    z:crash("hsm1", "middle")
    give("hsm1", "hsm2", 1)
    z:restart("hsm1")
    assert(z:status("hsm1", key).remaining == 3)
  end,
}
