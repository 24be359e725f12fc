-- The receiver's storage is put back: it takes the text again, which F never allows. Counters need storage that keeps them.
return scenario {
  title = "505 the receiver's storage is rolled back",
  source = "ours",
  expect = "simulation failed",
  protocol = "counted-macs",
  parties = { "alice", "bob" },
  storage = "rollback",
  environment = function (z)
    local p = z:send("alice", "bob", "pay 5")
    assert(z:deliver("bob", p).text == "pay 5")
    z:restore("bob", 0)
    z:restart("bob")
    z:deliver("bob", p)
  end,
}
