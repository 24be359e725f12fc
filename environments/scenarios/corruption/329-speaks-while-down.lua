-- Corruption does not ask whether a module is up, and A speaks for it all the same.
return scenario {
  title = "329 corrupted while it is down, and speaks",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    z:crash("hsm1")
    z:corrupt("hsm1")
    assert(z:speak("hsm1", "cancelled", { ticket = "t" }).kind == "cancelled")
  end,
}
