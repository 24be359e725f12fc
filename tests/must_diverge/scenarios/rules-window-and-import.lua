-- While a window is open, what comes in below it is used first, with a write.
return scenario {
  title    = "a signature below an open window",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 8,
  reservation = 2,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    for _, text in ipairs { "with the window", "below it" } do
      local ticket = z:request("hsm2", { count = 2, from = "hsm1" })
      z:deliver("hsm2", z:transfer("hsm1", { key = key, count = 2, to = "hsm2", ticket = ticket }))
      z:sign("hsm2", key, text)
    end
  end,
}
