-- A hands the opening for one receiver to another one, who has a commitment of the same party.
return scenario {
  title = "an opening goes to another receiver",
  protocol = "masked-texts",
  parties = { "alice", "bob", "carol" },
  environment = function (z)
    for _, to in ipairs { "bob", "carol" } do z:deliver(to, z:commit("alice", to, "a secret text")) end
    z:deliver("bob", z:open("alice", "carol"):set("to", "bob"))
  end,
}
