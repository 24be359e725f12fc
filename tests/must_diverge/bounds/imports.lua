-- For exploration only: the lower half of a key comes in beside and below a window that is open in the upper half.
return scenario {
  title       = "blocks come in below a window",
  source      = "docs/exploration.md",
  crypto      = "ideal",
  parties     = { "hsm1", "hsm2" },
  capacity    = 6,
  reservation = 2,
  expect      = "indistinguishable",
  prefix      = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 3, from = "hsm1" })
    z:deliver("hsm2", z:transfer("hsm1", { key = key, count = 3, to = "hsm2", ticket = ticket }))
  end,
  explore     = { keygen = 0, sign = 3, transfer = 1, deliver = 1, crash = 1, restart = 1, wrong = 0, any = 0, messages = 1 },
}
