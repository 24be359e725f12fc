-- A first scenario of F_UPPER. ucsim --triple ./NAME.so check NAME.lua
return scenario {
  title = "what was said is heard, and nothing else",
  protocol = "NAME",
  parties = { "alice", "bob", "carol" },
  expect = "indistinguishable", -- or "distinguished", "invariant broken: U1", ...

  -- Z, the environment: gives the parties their inputs and sees their outputs. Without an adversary of its own it is the network.
  environment = function (z)
    local p = z:say("alice", "bob", "hello")
    assert(p.kind == "payload" and p.to == "bob")
    assert(z:deliver("bob", p:flip(70)) == nil, "changed on the way")
    assert(z:deliver("bob", p:set("from", "carol")) == nil, "in another's name")
    assert(z:deliver("carol", p) == nil, "not for her")
    local heard = z:deliver("bob", p)
    assert(heard.kind == "heard" and heard.from == "alice" and heard.text == "hello")
    assert(z:say("alice", "alice", "hello").error == "no-such-party")
    z:crash("bob")
    assert(z:deliver("bob", p) == nil, "down")
    z:restart("bob")
    assert(z:deliver("bob", p).text == "hello", "as often as A likes")
    z:corrupt("alice")
    assert(z:speak("alice", "heard", { from = "bob", text = "A's" }).text == "A's")
  end,

  -- For 'ucsim explore': how many of each move to try, and the texts.
  explore = { say = 2, deliver = 3, mutate = 1, crash = 1, corrupt = 1, messages = { "hello" } },
}
