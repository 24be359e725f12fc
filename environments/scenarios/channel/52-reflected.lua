-- A payload comes back to its sender, which even has a ticket open towards the receiver.
local lib = use "catalogue"
return scenario {
  title = "52 a payload is reflected to its sender",
  source = "TR",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.seal(z, "hsm1", "hsm2", key, 4)
    local back = z:request("hsm1", { key = key, count = 4, from = "hsm2" })
    local turned = payload:set("from", "hsm2"):set("to", "hsm1")
    lib.nothing(z:deliver("hsm1", payload))
    lib.nothing(z:deliver("hsm1", turned))
    lib.nothing(z:deliver("hsm1", turned:set("ticket", back)))
    lib.remaining(z, "hsm1", key, 28)
    lib.accepted(z:deliver("hsm2", payload), 4)
  end,
}
