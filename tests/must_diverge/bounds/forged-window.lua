-- For exploration only: a corrupted member forges blocks over a window that is open.
return scenario {
  title       = "forged blocks over reserved indices",
  source      = "docs/exploration.md",
  crypto      = "ideal",
  parties     = { "hsm1", "hsm2" },
  capacity    = 4,
  reservation = 2,
  expect      = "indistinguishable",
  prefix      = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 3, from = "hsm1" })
    z:deliver("hsm2", z:transfer("hsm1", { key = key, count = 3, to = "hsm2", ticket = ticket }))
  end,
  explore     = { keygen = 0, request = 1, transfer = 0, deliver = 1, sign = 2, corrupt = 1, forge = 1, wrong = 0, any = 0, messages = 1, counts = { 1 } },
}
