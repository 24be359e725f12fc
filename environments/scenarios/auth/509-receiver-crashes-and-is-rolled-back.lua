-- The receiver writes that it took a text, goes down at once, and that write is undone: it takes the text again. To F the text
-- was delivered, whether Z got it before the crash or not.
return scenario {
  title = "509 the receiver crashes as it takes a text, and its storage is rolled back",
  source = "ours",
  expect = "simulation failed",
  protocol = "counted-macs",
  parties = { "alice", "bob" },
  storage = "rollback",
  for_each = { point = { "middle", "after" } },
  environment = function (z)
    local p = z:send("alice", "bob", "pay 5")
    z:crash("bob", params.point)
    assert((z:deliver("bob", p) ~= nil) == (params.point == "after"))
    z:restore("bob", 0)
    z:restart("bob")
    z:deliver("bob", p)
  end,
}
