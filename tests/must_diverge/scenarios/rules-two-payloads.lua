-- Two payloads of one key, as the network sees them.
return scenario {
  title    = "two payloads",
  source   = "docs/rules.md",
  crypto   = "ideal",
  seal     = "real",
  capacity = 8,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    for _ = 1, 2 do
      local ticket = z:request("hsm2", { count = 1, from = "hsm1" })
      z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket })
    end
  end,
}
