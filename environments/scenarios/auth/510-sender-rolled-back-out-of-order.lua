-- The sender's storage is put back, and a text that it sent before has a higher counter than one that it sends now: the receiver
-- takes the new one first and the old one then. Order, too, needs storage that keeps counters, at the sender.
return scenario {
  title = "510 the sender's storage is rolled back, and an old text comes after a new one",
  source = "ours",
  expect = "simulation failed",
  protocol = "counted-macs",
  parties = { "alice", "bob" },
  storage = "rollback",
  environment = function (z)
    z:send("alice", "bob", "one")
    local two = z:send("alice", "bob", "two")
    z:restore("alice", 0)
    z:restart("alice")
    assert(z:deliver("bob", z:send("alice", "bob", "three")).text == "three")
    z:deliver("bob", two)
  end,
}
