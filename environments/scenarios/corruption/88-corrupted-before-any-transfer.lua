-- A module is corrupted before anything was handed to it. The adversary gets what it holds and speaks for it. All holders of
-- a key share its seed here; a key that this module never held and that never travelled is not compromised.
local lib = use "catalogue"
return scenario {
  title = "88 a module is corrupted before any transfer",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key, theirs = z:keygen("hsm1"), z:keygen("hsm2")
    local s = lib.signs(z, "hsm1", key, "genuine", 0)
    local state = z:corrupt("hsm2")
    assert(state.kind == "state" and #state.bytes > 0, "the adversary gets the state")
    local who = z:corrupted()
    assert(#who == 1 and who[1] == "hsm2")
    local passed = z:sign("hsm2", theirs, "for the adversary")
    assert(passed.kind == "sign" and passed.message == "for the adversary", "its inputs go to the adversary")
    local said = z:speak("hsm2", "verified", { valid = 1 })
    assert(said == true, "and it says what the adversary wants")
    assert(not z:verify("hsm3", key, "forged", s))
    assert(z:verify("hsm3", key, "genuine", s))
    lib.signs(z, "hsm1", key, "goes on", 1)
  end,
}
