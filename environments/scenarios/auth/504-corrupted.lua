-- A corrupts alice and speaks in her name: to those whose keys she has, and in nobody else's name.
return scenario {
  title = "504 a corrupted party sends what A likes, and nobody else does",
  source = "F_AUTH of ePrint 2003/239",
  expect = "indistinguishable",
  protocol = "counted-macs",
  parties = { "alice", "bob", "carol" },
  environment = function (z)
    local old = z:send("alice", "bob", "sent before")
    local state = z:corrupt("alice")
    assert(#state.keys == 2 and state.keys[1].peer == "bob")
    local function forged(with, from, to, counter)
      return z:mac { with = state.keys[with], from = from, to = to, counter = counter, text = "forged" }
    end
    assert(z:deliver("bob", old).text == "sent before")
    local r = z:deliver("bob", forged(1, "alice", "bob", 7))
    assert(r.from == "alice" and r.text == "forged")
    assert(z:deliver("bob", forged(1, "alice", "bob", 7)) == nil, "the counter holds for her too")
    assert(z:deliver("bob", forged(1, "carol", "bob", 8)) == nil, "not her name")
    assert(z:deliver("carol", forged(1, "alice", "carol", 1)) == nil, "not carol's key")
    for with = 1, 2 do
      assert(z:deliver("carol", forged(with, "bob", "carol", 1)) == nil, "bob and carol have a key of their own")
      assert(z:deliver("bob", forged(with, "carol", "bob", 8)) == nil, "in both directions")
    end
    local other = z:mac { with = state.keys[2], from = "alice", to = "carol", counter = 1, text = "forged", version = 2 }
    assert(other:header().version == 2 and z:deliver("carol", other) == nil, "of another version")
    assert(z:deliver("carol", forged(2, "alice", "carol", 1)).text == "forged")
    assert(z:deliver("alice", z:send("bob", "alice", "to A")) == nil, "what reaches her is A's")
    assert(z:deliver("carol", z:send("bob", "carol", "still safe")).text == "still safe")
    local word = { from = "bob", to = "carol", number = 1, outcome = "proceed" }
    assert(z:speak("alice", "allow-delivery", word).kind == "allow-delivery", "what she says is Z's, and no command")
  end,
}
