-- Three parties, two commitments: what is sent for one of them may be changed to fit the other.
return scenario {
  title = "two commitments",
  protocol = "masked-texts",
  parties = { "alice", "bob", "carol" },
  environment = function (z) end,
  explore = { commit = 2, open = 1, deliver = 3, mutate = 1, crash = 0, corrupt = 0, forge = 0, messages = { "a secret" } },
}
