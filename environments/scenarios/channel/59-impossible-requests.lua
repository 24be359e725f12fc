-- Requests for an unknown key, for used or too many keys, for none or a negative number, from oneself or from nobody.
-- Each is refused as a whole and changes nothing. There are no lists of keys in a request here, so duplicates cannot be
-- written down.
local lib = use "catalogue"
return scenario {
  title = "59 impossible requests are refused as a whole",
  source = "TR",
  expect = "indistinguishable",
  capacity = 8,
  environment = function (z)
    local key, other = z:keygen("hsm1"), z:keygen("hsm3")
    local ticket = z:request("hsm2", { key = key, count = 8, from = "hsm1" })
    lib.signs(z, "hsm1", key, "used", 0)
    lib.refused(z:transfer("hsm1", { key = other, count = 1, to = "hsm2", ticket = ticket }), "unknown-key")
    lib.refused(z:transfer("hsm1", { key = key, count = 8, to = "hsm2", ticket = ticket }), "insufficient")
    lib.refused(z:transfer("hsm1", { key = key, count = 9, to = "hsm2", ticket = ticket }), "insufficient")
    lib.refused(z:transfer("hsm1", { key = key, count = 0, to = "hsm2", ticket = ticket }), "bad-count")
    lib.refused(z:transfer("hsm1", { key = key, count = -1, to = "hsm2", ticket = ticket }), "bad-count")
    lib.refused(z:transfer("hsm1", { key = key, count = 1, to = "hsm1", ticket = ticket }), "no-such-party")
    lib.refused(z:request("hsm2", { key = key, count = 1, from = "hsm2" }), "no-such-party")
    lib.remaining(z, "hsm1", key, 7)
    -- a key that the receiver has never seen may be asked for; another one is then not accepted
    lib.refused(z:status("hsm2", key), "unknown-key")
    lib.give(z, "hsm1", "hsm2", key, 4)
    -- another number than was asked for is not accepted either, and is lost
    local two = z:request("hsm2", { key = key, count = 2, from = "hsm1" })
    lib.nothing(z:deliver("hsm2", z:transfer("hsm1", { key = key, count = 3, to = "hsm2", ticket = two })))
    lib.remaining(z, "hsm2", key, 4)
    lib.remaining(z, "hsm1", key, 0)
  end,
}
