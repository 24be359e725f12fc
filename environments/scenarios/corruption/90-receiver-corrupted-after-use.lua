-- The receiver is corrupted after it used what it got, once running and once while it is down: then only its storage is
-- found.
local lib = use "catalogue"
return scenario {
  title = "90 the receiver is corrupted after use",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    for _, party in ipairs { "hsm2", "hsm3" } do
      lib.give(z, "hsm1", party, key, 2)
      lib.use_up(z, party, key, {})
    end
    z:crash("hsm3", "now")
    assert(z:corrupt("hsm2").kind == "state")
    assert(z:corrupt("hsm3").kind == "state")
    assert(#z:corrupted() == 2)
    z:restart("hsm3")
    assert(z:status("hsm3", key).kind == "status", "a corrupted party's inputs go to the adversary")
    lib.signs(z, "hsm1", key, "the honest one goes on", 0)
  end,
}
