-- After some signatures the module restarts. It must go on behind them and not begin again at index 0.
local lib = use "catalogue"
return scenario {
  title = "19 restart after some signatures does not begin at index 0 again",
  source = "HBS KeyAtZero",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    for i = 0, 2 do lib.signs(z, "hsm1", key, "m" .. i, i) end
    z:crash("hsm1", "now")
    lib.nothing(z:status("hsm1", key))
    z:restart("hsm1")
    lib.signs(z, "hsm1", key, "m3", 3)
    lib.remaining(z, "hsm1", key, 28)
  end,
}
