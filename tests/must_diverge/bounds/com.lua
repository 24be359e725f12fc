-- Three parties, two commitments and an opening: deliveries, one changed, a crash, a corruption, and what A makes with stolen keys.
return scenario {
  title = "commitments",
  protocol = "masked-texts",
  parties = { "alice", "bob", "carol" },
  environment = function (z) end,
  explore = { commit = 1, open = 1, deliver = 3, mutate = 1, crash = 1, corrupt = 1, forge = 1, flawed = 1, messages = { "a secret" } },
}
