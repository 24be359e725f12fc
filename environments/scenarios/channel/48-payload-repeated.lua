-- One payload arrives ten times. It is credited once.
local lib = use "catalogue"
return scenario {
  title = "48 a payload is delivered ten times",
  source = "TR",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.give(z, "hsm1", "hsm2", key, 4)
    for _ = 2, 10 do lib.nothing(z:deliver("hsm2", payload)) end
    lib.remaining(z, "hsm2", key, 4)
    lib.remaining(z, "hsm1", key, 28)
  end,
}
