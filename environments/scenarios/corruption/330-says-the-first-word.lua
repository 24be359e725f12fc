-- Everything that a party may say, A may make it say, the first word of the table too.
return scenario {
  title = "330 a corrupted party says keygen to Z",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    z:corrupt("hsm1")
    assert(z:speak("hsm1", "keygen", { set = "x" }).kind == "keygen")
  end,
}
