-- A payload for HSM 2 goes to HSM 3, which has an open ticket of its own; then with the receiver and with the ticket in
-- the header changed. Nobody but HSM 2 can open it.
local lib = use "catalogue"
return scenario {
  title = "51 a payload is redirected to another receiver",
  source = "TR",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.seal(z, "hsm1", "hsm2", key, 4)
    local theirs = z:request("hsm3", { key = key, count = 4, from = "hsm1" })
    lib.nothing(z:deliver("hsm3", payload))
    lib.nothing(z:deliver("hsm3", payload:set("to", "hsm3")))
    local readdressed = payload:set("to", "hsm3")
    lib.nothing(z:deliver("hsm3", readdressed:set("ticket", theirs)))
    lib.refused(z:status("hsm3", key), "unknown-key")
    lib.accepted(z:deliver("hsm2", payload), 4)
  end,
}
