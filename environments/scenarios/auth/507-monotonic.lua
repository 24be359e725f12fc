-- With a hardware counter the receiver notices that its storage was put back, and takes nothing any more.
return scenario {
  title = "507 a hardware counter keeps the receiver's counters",
  source = "ours",
  expect = "indistinguishable",
  protocol = "counted-macs",
  parties = { "alice", "bob" },
  storage = "monotonic",
  environment = function (z)
    local p = z:send("alice", "bob", "pay 5")
    assert(z:deliver("bob", p).text == "pay 5")
    z:restore("bob", 0)
    z:restart("bob")
    assert(z:deliver("bob", p) == nil, "disabled for ever")
    z:crash("alice", "between")
    assert(z:send("alice", "bob", "counted, not written") == nil)
    z:restart("alice")
    assert(z:send("alice", "bob", "x") == nil, "disabled too")
  end,
}
