-- A sends on, drops, delivers in another order and again; what comes out was sent, in order, each text once.
return scenario {
  title = "500 texts arrive in order, each once",
  source = "F_AUTH of ePrint 2003/239, as a stream",
  expect = "indistinguishable",
  protocol = "counted-macs",
  parties = { "alice", "bob", "carol" },
  environment = function (z)
    local one = z:send("alice", "bob", "one")
    local two = z:send("alice", "bob", "two")
    local three = z:send("alice", "bob", "three")
    assert(one.kind == "payload" and one.from == "alice" and one.to == "bob")
    local r = z:deliver("bob", one)
    assert(r.kind == "received" and r.from == "alice" and r.text == "one")
    assert(z:deliver("bob", one) == nil, "a second time")
    assert(z:deliver("bob", three).text == "three", "two was dropped")
    assert(z:deliver("bob", two) == nil, "too late")
    assert(z:deliver("carol", three) == nil, "not for her")
    assert(z:deliver("alice", three) == nil, "sent back")
    assert(z:send("bob", "alice", "four").to == "alice", "the other direction counts for itself")
  end,
}
