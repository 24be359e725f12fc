-- The receiver's storage is put back: it gives the receipt again, which F never does.
return scenario {
  title = "606 the receiver's storage is rolled back",
  source = "ours",
  expect = "simulation failed",
  protocol = "masked-texts",
  parties = { "alice", "bob" },
  storage = "rollback",
  environment = function (z)
    local c = z:commit("alice", "bob", "heads")
    assert(z:deliver("bob", c).kind == "receipt")
    z:restore("bob", 0)
    z:restart("bob")
    z:deliver("bob", c)
  end,
}
