-- A delivers another commitment than the one that was made, and then its opening.
return scenario {
  title = "a commitment is exchanged on its way",
  protocol = "masked-texts",
  parties = { "alice", "bob" },
  environment = function (z)
    z:deliver("bob", z:commit("alice", "bob", "a secret text"):flip(100))
    z:deliver("bob", z:open("alice", "bob"))
  end,
}
