-- A delivers commitments and openings, again, to others and too early; what is opened is what was committed to, once.
return scenario {
  title = "600 a commitment is opened, once, to its receiver",
  source = "F_COM of ePrint 2001/055, one for each pair of parties",
  expect = "indistinguishable",
  protocol = "masked-texts",
  parties = { "alice", "bob", "carol" },
  environment = function (z)
    local c = z:commit("alice", "bob", "heads, and no tails")
    assert(c.kind == "payload" and c.from == "alice" and c.to == "bob" and c:header().part == 0)
    local o = z:open("alice", "bob")
    assert(o.kind == "payload" and o:header().part == 1)
    assert(z:deliver("bob", o) == nil, "there is no receipt yet")
    assert(z:deliver("carol", c) == nil, "not for her")
    assert(z:deliver("alice", c) == nil, "sent back")
    local r = z:deliver("bob", c)
    assert(r.kind == "receipt" and r.from == "alice")
    assert(z:deliver("bob", c) == nil, "a second time")
    r = z:deliver("bob", o)
    assert(r.kind == "opened" and r.from == "alice" and r.text == "heads, and no tails")
    assert(z:deliver("bob", o) == nil, "opened already")
    assert(z:deliver("bob", z:open("alice", "bob")) == nil, "the payload leaves as often as it is asked for")
    local other = z:commit("alice", "carol", "heads, and no tails")
    assert(other.bytes ~= c.bytes and #other.bytes == #c.bytes, "another key")
    assert(z:deliver("carol", other).kind == "receipt")
    local back = z:commit("bob", "alice", "")
    assert(z:deliver("alice", back).from == "bob", "the other direction is another commitment; a text may be empty")
    assert(z:deliver("alice", z:open("bob", "alice")).text == "")
  end,
}
