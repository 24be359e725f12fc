-- The operator carries one payload on a medium and imports it at two sites, both of which wait for something. Only the
-- receiver it was made for accepts it.
local lib = use "catalogue"
return scenario {
  title = "82 one payload is imported at two sites",
  source = "TR",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local other = z:request("hsm3", { count = 6, from = "hsm1" })
    local payload = lib.seal(z, "hsm1", "hsm2", key, 6)
    lib.nothing(z:deliver("hsm3", payload))
    lib.accepted(z:deliver("hsm2", payload), 6)
    lib.nothing(z:deliver("hsm3", payload))
    lib.nothing(z:deliver("hsm3", payload:set("ticket", other)))
    lib.refused(z:status("hsm3", key), "unknown-key")
  end,
}
