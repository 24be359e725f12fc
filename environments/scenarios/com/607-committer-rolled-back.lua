-- The committer's storage is put back: it commits again, under the key that it has used, where F knows what was committed to.
return scenario {
  title = "607 the committer's storage is rolled back",
  source = "ours",
  expect = "distinguished",
  protocol = "masked-texts",
  parties = { "alice", "bob" },
  storage = "rollback",
  environment = function (z)
    z:commit("alice", "bob", "heads")
    z:restore("alice", 0)
    z:restart("alice")
    z:commit("alice", "bob", "tails")
  end,
}
