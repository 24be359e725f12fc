-- The window is larger than what is left of the key. It is cut; no index lies behind the end, and none wraps to 0.
local lib = use "catalogue"
return scenario {
  title = "14 a reservation window larger than what is left",
  source = "CISCO",
  expect = "indistinguishable",
  reservation = 8,
  capacity = 5,
  environment = function (z)
    local key = z:keygen("hsm1")
    for i = 0, 4 do lib.signs(z, "hsm1", key, "m" .. i, i) end
    lib.refused(z:sign("hsm1", key, "wrap"), "exhausted")
    lib.remaining(z, "hsm1", key, 0)
    local other = z:keygen("hsm1")
    lib.signs(z, "hsm1", other, "one", 0)
    z:crash("hsm1", "now")
    z:restart("hsm1")
    lib.refused(z:sign("hsm1", other, "the rest was reserved"), "exhausted")
    lib.refused(z:sign("hsm1", key, "wrap"), "exhausted")
  end,
}
