-- Three parties, one text and its payload: deliveries, one changed, a crash, a corruption, and what A makes with stolen keys.
return scenario {
  title = "authenticated messages",
  protocol = "counted-macs",
  parties = { "alice", "bob", "carol" },
  environment = function (z) end,
  explore = { send = 2, deliver = 3, mutate = 1, crash = 1, corrupt = 1, forge = 1, flawed = 1, messages = { "x" } },
}
