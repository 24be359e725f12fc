-- Every field of a payload is covered by its MAC, and the MAC by the key of the two parties.
return scenario {
  title = "501 a payload that was changed is refused",
  source = "ours",
  expect = "indistinguishable",
  protocol = "counted-macs",
  parties = { "alice", "bob", "carol" },
  environment = function (z)
    local p = z:send("alice", "bob", "pay 5")
    local h = p:header()
    assert(h.version == 1 and h.from == "alice" and h.to == "bob" and h.counter == 1)
    for name, value in pairs({ version = 2, from = "carol", counter = 2 }) do
      assert(z:deliver("bob", p:set(name, value)) == nil, name)
    end
    assert(z:deliver("carol", p:set("to", "carol")) == nil, "redirected")
    assert(z:deliver("alice", p:set("from", "bob"):set("to", "alice")) == nil, "reflected: one key serves both directions")
    for bit = 0, 8 * #p.bytes - 1 do assert(z:deliver("bob", p:flip(bit)) == nil, "bit " .. bit) end
    assert(z:deliver("bob", p:cut(#p.bytes - 1)) == nil and z:deliver("bob", p:cut(3)) == nil)
    assert(z:deliver("bob", p).text == "pay 5", "none of this did any harm")
  end,
}
