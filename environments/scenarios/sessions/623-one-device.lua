-- One module runs both sessions. It goes down in one of them, and is down in the other; each has its own storage.
return scenario {
  title = "623 a module crashes in one session, and is down in the other",
  source = "ours",
  expect = "indistinguishable",
  sessions = {
    keys = { functionality = "F_DKM", parties = { "hsm1", "hsm2" }, capacity = 8 },
    wire = { functionality = "F_AUTH", parties = { "hsm2", "hsm1", "site" } },
  },

  environment = function (z)
    local key = z.keys:keygen("hsm1")
    local text = z.wire:send("site", "hsm1", "sign firmware 1.0")
    z.keys:crash("hsm1", "middle") -- armed for the next activation of this session that persists
    assert(z.wire:deliver("hsm1", text).text == "sign firmware 1.0")
    assert(z.keys:sign("hsm1", key, "firmware 1.0") == nil)
    assert(z.wire:send("hsm1", "site", "done") == nil, "the module is down, and sends")
    assert(z.keys:status("hsm1", key) == nil)
    z.wire:restart("hsm1")
    assert(z.keys:status("hsm1", key).remaining == 7) -- the one that was being used is gone
    assert(z.wire:deliver("hsm1", text) == nil) -- it was taken before the crash
    assert(z.wire:send("hsm1", "site", "done").kind == "payload")

    -- and the other way round, at once
    z.wire:crash("hsm1")
    assert(z.keys:sign("hsm1", key, "firmware 1.1") == nil)
    z.keys:restart("hsm1")
    assert(z.wire:send("hsm1", "site", "done again").kind == "payload")
    assert(z.keys:sign("hsm1", key, "firmware 1.1").kind == "signature")
  end,
}
