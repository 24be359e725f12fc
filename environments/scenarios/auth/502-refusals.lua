-- What a party refuses to send, it refuses before anything happens.
return scenario {
  title = "502 texts to oneself and beyond the limit",
  source = "ours",
  expect = "indistinguishable",
  protocol = "counted-macs",
  parties = { "alice", "bob", "carol" },
  limits = { texts = 2 },
  environment = function (z)
    assert(z:send("alice", "alice", "x").error == "no-such-party")
    assert(z:send("alice", "bob", "").kind == "payload" and z:send("alice", "bob", "x").kind == "payload")
    assert(z:send("alice", "bob", "y").error == "too-many-texts")
    assert(z:send("alice", "carol", "y").kind == "payload" and z:send("bob", "alice", "y").kind == "payload",
           "each stream has its own limit")
  end,
}
