-- HSM 1 makes a key and hands four of its one-time keys to HSM 2; both sign, HSM 3 verifies.
return scenario {
  title   = "a plain hand-over",
  source  = "docs/protocol.md",
  parties = { "hsm1", "hsm2", "hsm3" },
  scheme  = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
  expect  = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    local got = z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = ticket })
    assert(got.kind == "received" and got.party == "hsm2" and got.b - got.a == 4)
    local here = z:sign("hsm1", key, "firmware 1.0")
    local there = z:sign("hsm2", key, "firmware 1.1")
    assert(here.index == 0 and there.index == got.a)
    assert(z:verify("hsm3", key, "firmware 1.0", here))
    assert(z:verify("hsm3", key, "firmware 1.1", there))
    assert(not z:verify("hsm3", key, "firmware 1.1", here))
    assert(z:status("hsm1", key).remaining == key.capacity - 5)
    assert(z:status("hsm2", key).remaining == 3)
  end,

  adversary = function (a) end, -- a network that delivers at once

  explore = { sign = 2, transfer = 1, deliver = 2 },
}
