-- Of a corrupted sender F promises nothing, not even about texts that it sent while it was honest: a receiver whose storage
-- was put back may take one of them again.
return scenario {
  title = "511 an old text of a corrupted sender comes twice",
  source = "ours",
  expect = "indistinguishable",
  protocol = "counted-macs",
  parties = { "alice", "bob" },
  storage = "rollback",
  environment = function (z)
    local p = z:send("alice", "bob", "sent while honest")
    assert(z:deliver("bob", p).text == "sent while honest")
    z:corrupt("alice")
    assert(z:deliver("bob", p) == nil, "bob keeps his counter")
    z:restore("bob", 0)
    z:restart("bob")
    local r = z:deliver("bob", p)
    assert(r.from == "alice" and r.text == "sent while honest")
  end,
}
