-- What is committed to, received and opened is stable before anything leaves or comes out. Each pair of parties meets one point.
return scenario {
  title = "603 committer and receiver crash at every point",
  source = "ours",
  expect = "indistinguishable",
  protocol = "masked-texts",
  parties = { "alice", "bob", "carol" },
  environment = function (z)
    local function committer(point, from, to)
      z:crash(from, point)
      local c = z:commit(from, to, "committed as it crashes")
      assert((c ~= nil) == (point == "after"))
      assert(z:open(from, to) == nil, "down")
      z:restart(from)
      local again = z:commit(from, to, "committed after the crash")
      assert((again.kind == "error") == (point ~= "before"), "only what was not written can be done again")
      c = c or again
      if point == "middle" then -- the commitment is lost for good: it never left, and is not made again
        assert(z:deliver(to, z:open(from, to)) == nil)
      else
        assert(z:deliver(to, c).kind == "receipt")
        assert(z:deliver(to, z:open(from, to)).text == (point == "after" and "committed as it crashes" or "committed after the crash"))
      end
    end
    local function receiver(point, from, to)
      local c = z:commit(from, to, "heads")
      z:crash(to, point)
      local receipt = z:deliver(to, c)
      z:restart(to)
      local late = z:deliver(to, c)
      assert((receipt ~= nil) == (point == "after") and (late ~= nil) == (point == "before"), "one receipt, or none")
      z:crash(to, point)
      local o = z:open(from, to)
      local opened = z:deliver(to, o)
      z:restart(to)
      late = z:deliver(to, o)
      assert((opened ~= nil) == (point == "after") and (late ~= nil) == (point == "before"), "an opening that a crash took is lost")
    end
    committer("before", "alice", "bob")
    committer("middle", "bob", "carol")
    committer("after", "carol", "alice")
    receiver("before", "bob", "alice")
    receiver("middle", "carol", "bob")
    receiver("after", "alice", "carol")
  end,
}
