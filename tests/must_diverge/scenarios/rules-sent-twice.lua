-- All is on its way, and more is asked for.
return scenario {
  title    = "a transfer with nothing left",
  source   = "docs/rules.md",
  crypto   = "ideal",
  capacity = 2,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    for _, count in ipairs { 2, 1 } do
      local ticket = z:request("hsm2", { count = count, from = "hsm1" })
      z:transfer("hsm1", { key = key, count = count, to = "hsm2", ticket = ticket })
    end
  end,
}
