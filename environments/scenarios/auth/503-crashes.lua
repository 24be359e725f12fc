-- Counters are stable before anything leaves or comes out: a crash loses a text, or does nothing.
return scenario {
  title = "503 sender and receiver crash at every point",
  source = "ours",
  expect = "indistinguishable",
  protocol = "counted-macs",
  parties = { "alice", "bob" },
  environment = function (z)
    for _, point in ipairs { "before", "middle", "after" } do
      z:crash("alice", point)
      local lost = z:send("alice", "bob", "sent as it crashes " .. point)
      assert((lost ~= nil) == (point == "after"))
      assert(z:send("alice", "bob", "down") == nil)
      z:restart("alice")
      z:crash("bob", point)
      local p = z:send("alice", "bob", "received as it crashes " .. point)
      local r = z:deliver("bob", p)
      assert((r ~= nil) == (point == "after"))
      assert(z:deliver("bob", p) == nil, "down")
      z:restart("bob")
      r = z:deliver("bob", p)
      assert((r ~= nil) == (point == "before"), "taken again only where nothing was written")
      assert(lost == nil or z:deliver("bob", lost) == nil, "too late by now")
    end
    assert(z:deliver("bob", z:send("alice", "bob", "at last")).text == "at last")
  end,
}
