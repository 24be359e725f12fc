-- Without `adversary` Z gives the network's orders itself: the payload comes back to Z, who delivers it where it likes.
return scenario {
  title   = "Z plays the network: redirected, reflected, altered, then delivered",
  source  = "the dummy adversary; docs/model.md",
  expect  = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { count = 2, from = "hsm1" })
    local payload = z:transfer("hsm1", { key = key, count = 2, to = "hsm2", ticket = ticket })
    assert(payload.kind == "payload" and payload.from == "hsm1" and payload.to == "hsm2")
    assert(z:deliver("hsm3", payload) == nil)
    assert(z:deliver("hsm1", payload) == nil)
    for _, bad in ipairs { payload:flip(-1), payload:cut(-1), payload:extend("\0"), payload:set("from", "hsm3") } do
      assert(z:deliver("hsm2", bad) == nil)
    end
    assert(z:deliver("hsm2", payload).kind == "received")
    assert(z:deliver("hsm2", payload) == nil)
  end,
}
