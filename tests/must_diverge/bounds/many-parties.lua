-- For exploration only: thirteen parties, so that numbers of parties have one digit or two; two of them hold one key.
return scenario {
  title    = "two holders among thirteen parties send",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  seal     = "real",
  parties  = { "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12" },
  capacity = 3,
  expect   = "indistinguishable",
  prefix   = function (z)
    local key = z:keygen("p1")
    local ticket = z:request("p11", { key = key, count = 1, from = "p1" })
    z:deliver("p11", z:transfer("p1", { key = key, count = 1, to = "p11", ticket = ticket }))
  end,
  explore  = { keygen = 0, request = 0, transfer = 2, resend = 0, deliver = 1, status = 0, wrong = 2, counts = { 1 } },
}
