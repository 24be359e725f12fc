return scenario {
  title = "602 no second commitment, none to oneself, and nothing to open",
  source = "ours",
  expect = "indistinguishable",
  protocol = "masked-texts",
  parties = { "alice", "bob" },
  environment = function (z)
    local function refused(answer)
      assert(answer.kind == "error" and answer.error == "refused")
    end
    refused(z:open("alice", "bob"))
    refused(z:commit("alice", "alice", "heads"))
    refused(z:commit("alice", 7, "heads"))
    refused(z:open("alice", "alice"))
    refused(z:open("alice", 7))
    local c = z:commit("alice", "bob", "heads")
    refused(z:commit("alice", "bob", "tails"))
    refused(z:commit("alice", "bob", "heads"))
    refused(z:open("bob", "alice"))
    assert(z:deliver("bob", c).kind == "receipt")
    assert(z:deliver("bob", z:open("alice", "bob")).text == "heads")
    refused(z:commit("alice", "bob", "tails"))
  end,
}
