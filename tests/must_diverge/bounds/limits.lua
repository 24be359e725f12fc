-- For exploration only: every limit is met by what a few transfers can do.
return scenario {
  title    = "limits of keys, transfers and intervals",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  parties  = { "hsm1", "hsm2" },
  capacity = 5,
  limits   = { keys = 1, transfers = 5, intervals = 2 },
  expect   = "indistinguishable",
  prefix   = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 1, from = "hsm1" })
    z:deliver("hsm2", z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket }))
  end,
  explore  = { keygen = 1, keygen_by = 1, transfer = 5, deliver = 4, sign = 0, wrong = 0, any = 0, messages = 1, counts = { 1 } },
}
