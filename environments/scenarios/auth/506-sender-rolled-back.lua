-- The sender's storage is put back: its next text has a counter that was used. The receiver drops it; nothing false comes out.
return scenario {
  title = "506 the sender's storage is rolled back, and its texts are lost",
  source = "ours",
  expect = "indistinguishable",
  protocol = "counted-macs",
  parties = { "alice", "bob" },
  storage = "rollback",
  environment = function (z)
    assert(z:deliver("bob", z:send("alice", "bob", "one")).text == "one")
    z:restore("alice", 0)
    z:restart("alice")
    assert(z:deliver("bob", z:send("alice", "bob", "two")) == nil, "its counter is the old one")
    assert(z:deliver("bob", z:send("alice", "bob", "three")).text == "three")
    -- the same texts once more are the same payloads: each is the text that was sent first
    local four, five = z:send("alice", "bob", "four"), z:send("alice", "bob", "five")
    z:restore("alice", 3)
    z:restart("alice")
    assert(z:send("alice", "bob", "four").bytes == four.bytes)
    assert(z:deliver("bob", four).text == "four")
    assert(z:deliver("bob", four) == nil)
    assert(z:deliver("bob", five).text == "five")
  end,
}
