-- One payload, delivered more often than a counter of two bytes tells.
return scenario {
  title = "70,000 deliveries of one payload",
  source = "ours",
  expect = "indistinguishable",
  crypto = "ideal",
  budget = 0,
  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 2, from = "hsm1" })
    local payload = z:transfer("hsm1", { key = key, count = 2, to = "hsm2", ticket = ticket })
    local received = 0
    for i = 1, 70000 do
      if z:deliver("hsm2", payload) then received = received + 1 end
    end
    assert(received == 1)
    assert(z:sign("hsm2", key, "one").index == 30 and z:sign("hsm2", key, "two").index == 31)
    assert(z:sign("hsm2", key, "three").error == "exhausted")
  end,
}
