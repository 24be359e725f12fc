-- The same with a hardware counter: who was put back is disabled, and all others go on.
return scenario {
  title = "608 a hardware counter keeps commitments",
  source = "ours",
  expect = "indistinguishable",
  protocol = "masked-texts",
  parties = { "alice", "bob", "carol" },
  storage = "monotonic",
  environment = function (z)
    local c = z:commit("alice", "bob", "heads")
    assert(z:deliver("bob", c).kind == "receipt")
    z:restore("bob", 0)
    z:restart("bob")
    assert(z:deliver("bob", c) == nil, "disabled")
    z:restore("alice", 0)
    z:restart("alice")
    assert(z:commit("alice", "bob", "tails") == nil, "disabled")
    assert(z:commit("carol", "alice", "the third goes on").kind == "payload")
  end,
}
