-- A corrupted committer: with its keys A commits to what it likes, and that is fixed when the receipt is given. What was
-- committed to before and not received yet may be replaced, and nobody commits in an honest party's name.
return scenario {
  title = "604 a corrupted party commits, and cannot open to another text",
  source = "F_COM of ePrint 2001/055",
  expect = "indistinguishable",
  protocol = "masked-texts",
  parties = { "alice", "bob", "carol" },
  environment = function (z)
    local honest = z:commit("alice", "bob", "heads")
    assert(z:deliver("carol", z:commit("alice", "carol", "before")).kind == "receipt")
    local keys = z:corrupt("alice").keys
    local of = { bob = keys[1], carol = keys[2] }
    local function commitment(from, to, text)
      return z:commitment { key = of[to].key, mac = of[to].mac, from = from, to = to, text = text }
    end
    assert(z:deliver("bob", commitment("carol", "bob", "mine")) == nil, "not in an honest party's name")
    local replaced = commitment("alice", "bob", "tails")
    assert(#replaced.bytes == #honest.bytes and replaced.bytes ~= honest.bytes)
    assert(z:deliver("bob", replaced).kind == "receipt")
    assert(z:deliver("bob", honest) == nil, "too late")
    assert(z:deliver("bob", z:opening { key = of.carol.key, from = "alice", to = "bob" }) == nil, "no other key")
    assert(z:deliver("bob", z:opening { key = of.bob.key, from = "alice", to = "bob" }).text == "tails")
    assert(z:deliver("carol", z:opening { key = of.carol.key, from = "alice", to = "carol" }).text == "before", "what was received stays")
    assert(z:deliver("carol", commitment("alice", "carol", "after")) == nil, "nor is there a second one")
    assert(z:speak("alice", "opened", { from = "bob", text = "what A likes" }).text == "what A likes")
    assert(z:speak("alice", "allow-opened", { from = "bob", to = "carol", outcome = "proceed" }).kind == "allow-opened", "Z's, and no command")
  end,
}
