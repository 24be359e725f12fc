-- A changes every part of a commitment and of its opening, and puts them together in another way. Nothing of it is taken.
return scenario {
  title = "601 a commitment or an opening that was changed is refused",
  source = "ours",
  expect = "indistinguishable",
  protocol = "masked-texts",
  parties = { "alice", "bob", "carol" },
  environment = function (z)
    local c = z:commit("alice", "bob", "heads")
    local function refused(payload)
      assert(z:deliver("bob", payload) == nil)
    end
    for i = 0, #c.bytes - 1 do refused(c:flip(8 * i)) end
    refused(c:set("version", 2))
    refused(c:set("part", 1))
    refused(c:set("part", 2))
    refused(c:set("from", "carol"))
    refused(c:set("from", "bob"))
    refused(c:set("to", "carol"))
    refused(c:cut(-1))
    refused(c:extend("x"))
    refused(c:cut(5))
    assert(z:deliver("bob", c).kind == "receipt", "it was good all the time")
    local another = z:commit("alice", "carol", "tails")
    refused(another:set("to", "bob"))
    refused(z:open("alice", "carol"):set("to", "bob"))
    local o = z:open("alice", "bob")
    for i = 0, #o.bytes - 1 do refused(o:flip(8 * i)) end
    refused(o:set("from", "carol"))
    refused(o:cut(-1))
    refused(o:extend("x"))
    refused(c:set("part", 1))
    assert(z:deliver("bob", o).text == "heads")
  end,
}
