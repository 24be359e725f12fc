-- Every input with every answer it can have, compared between the worlds; then asked again after a restart. Where two
-- things are wrong, the error that comes first in the order is given.
local lib = use "catalogue"
return scenario {
  title = "118 every input and every error, in both worlds",
  source = "ours",
  expect = "indistinguishable",
  capacity = 4,
  limits = { keys = 3, tickets = 2, transfers = 1, intervals = 1 },
  environment = function (z)
    lib.refused(z:keygen("hsm1", "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W1"), "not-supported")
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 2, from = "hsm1" })
    for round = 1, 2 do
      lib.refused(z:request("hsm2", { key = key, count = 1, from = "hsm2" }), "no-such-party")
      lib.refused(z:request("hsm2", { key = key, count = 0, from = "hsm1" }), "bad-count")
      lib.refused(z:cancel("hsm1", ticket), "no-such-ticket")
      lib.refused(z:transfer("hsm3", { key = key, count = 1, to = "hsm2", ticket = ticket }), "unknown-key")
      lib.refused(z:transfer("hsm1", { key = key, count = 1, to = "hsm1", ticket = ticket }), "no-such-party")
      lib.refused(z:transfer("hsm1", { key = key, count = 0, to = "hsm2", ticket = ticket }), "bad-count")
      lib.refused(z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = "fifteen bytes.." }), "bad-ticket")
      lib.refused(z:transfer("hsm1", { key = key, count = 5, to = "hsm2", ticket = ticket }), "insufficient")
      lib.refused(z:resend("hsm1", { to = "hsm1", ticket = ticket }), "no-such-party")
      lib.refused(z:resend("hsm1", { to = "hsm2", ticket = ticket }), "no-such-transfer")
      lib.refused(z:sign("hsm2", key, "m"), "unknown-key")
      lib.refused(z:status("hsm2", key), "unknown-key")
      -- two things wrong
      lib.refused(z:request("hsm2", { key = key, count = 0, from = "hsm2" }), "no-such-party")
      lib.refused(z:transfer("hsm3", { key = key, count = 0, to = "hsm3", ticket = "x" }), "unknown-key")
      lib.refused(z:transfer("hsm1", { key = key, count = 0, to = "hsm1", ticket = "x" }), "no-such-party")
      lib.refused(z:transfer("hsm1", { key = key, count = 0, to = "hsm2", ticket = "x" }), "bad-count")
      lib.refused(z:transfer("hsm1", { key = key, count = 5, to = "hsm2", ticket = "x" }), "bad-ticket")
      z:crash("hsm1", "now")
      z:restart("hsm1")
    end
    for _ = 1, 2 do assert(z:request("hsm3", { count = 1, from = "hsm1" }).kind == "requested") end
    lib.refused(z:request("hsm3", { count = 1, from = "hsm1" }), "too-many-tickets")
    lib.refused(z:request("hsm3", { count = 0, from = "hsm1" }), "bad-count")
    for _ = 1, 2 do assert(z:keygen("hsm1").kind == "key") end
    lib.refused(z:keygen("hsm1"), "too-many-keys")
    lib.refused(z:keygen("hsm1", "no such set"), "not-supported")
    local payload = z:transfer("hsm1", { key = key, count = 2, to = "hsm2", ticket = ticket })
    lib.refused(z:transfer("hsm1", { key = key, count = 2, to = "hsm2", ticket = ticket }), "ticket-used")
    lib.refused(z:transfer("hsm1", { key = key, count = 2, to = "hsm3", ticket = ticket }), "too-many-transfers")
    lib.refused(z:transfer("hsm1", { key = key, count = 5, to = "hsm3", ticket = ticket }), "too-many-transfers")
    lib.refused(z:transfer("hsm1", { key = key, count = 5, to = "hsm2", ticket = ticket }), "ticket-used")
    lib.accepted(z:deliver("hsm2", payload), 2)
    lib.use_up(z, "hsm2", key, {})
    assert(#z:corrupted() == 0)
  end,
}
