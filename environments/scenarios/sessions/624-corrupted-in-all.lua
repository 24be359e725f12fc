-- A module is broken into. That is of the module: A has the secrets of both sessions and speaks for it in both.
return scenario {
  title = "624 a module is corrupted, in all its sessions at once",
  source = "ours",
  expect = "indistinguishable",
  sessions = {
    keys = { functionality = "F_DKM", parties = { "hsm1", "hsm2" }, capacity = 8 },
    wire = { functionality = "F_AUTH", parties = { "hsm2", "hsm1", "site" } },
  },

  environment = function (z)
    local key = z.keys:keygen("hsm1")
    local text = z.wire:send("hsm1", "site", "alive")
    local state = z.wire:corrupt("hsm1")
    assert(state.kind == "state" and state.parts.keys and state.parts.wire, "a session is missing")
    assert(#state.parts.keys.keys == 1 and state.parts.keys.keys[1].kid == key.kid)
    assert(#z.keys:corrupted() == 1 and z.keys:corrupted()[1] == "hsm1" and z.wire:corrupted()[1] == "hsm1")
    -- its inputs go to A, and A speaks for it
    local asked = z.keys:sign("hsm1", key, "firmware 1.0")
    assert(asked.kind == "sign" and asked.session == "keys")
    assert(z.wire:speak("hsm1", "received", { from = "site", text = "no such text" }).text == "no such text")
    assert(z.wire:deliver("site", text).text == "alive")
    assert(z.keys:corrupt("hsm1") == nil) -- it is already
  end,
}
