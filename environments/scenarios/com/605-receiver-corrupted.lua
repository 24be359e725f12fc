-- A receiver that is corrupted before the opening has a hash of the key, and not the text.
return scenario {
  title = "605 the state of a corrupted receiver opens nothing",
  source = "ours",
  expect = "indistinguishable",
  protocol = "masked-texts",
  parties = { "alice", "bob", "carol" },
  environment = function (z)
    local text = "nobody can know this yet"
    assert(z:deliver("bob", z:commit("alice", "bob", text)).kind == "receipt")
    local state = z:corrupt("bob")
    assert(not state.bytes:find(text, 1, true), "neither the text")
    local key = z:open("alice", "bob").bytes:sub(-32)
    assert(not state.bytes:find(key, 1, true), "nor the key")
    assert(state.keys[1].peer == "alice" and state.keys[1].hash ~= key)
    assert(z:deliver("alice", z:commitment { key = state.keys[1].key, mac = state.keys[1].mac, from = "bob", to = "alice", text = "mine" }).kind == "receipt")
    assert(z:deliver("carol", z:commit("alice", "carol", "others go on")).kind == "receipt")
    assert(z:deliver("carol", z:open("alice", "carol")).text == "others go on")
  end,
}
