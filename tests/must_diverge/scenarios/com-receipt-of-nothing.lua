-- A hands a commitment to one whom its party has not committed to.
return scenario {
  title = "a commitment goes to another receiver",
  protocol = "masked-texts",
  parties = { "alice", "bob", "carol" },
  environment = function (z)
    z:deliver("bob", z:commit("alice", "carol", "a secret text"):set("to", "bob"))
  end,
}
