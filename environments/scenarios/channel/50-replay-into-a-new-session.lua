-- An old payload meets a new open ticket of the same pair, as it is and with the new ticket put into its header. The
-- sealing key binds the ticket: neither is accepted.
local lib = use "catalogue"
return scenario {
  title = "50 an old payload is replayed into a new ticket of the same pair",
  source = "TR",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local old = lib.give(z, "hsm1", "hsm2", key, 4)
    local fresh, ticket = lib.seal(z, "hsm1", "hsm2", key, 4)
    lib.sealed_apart(old, fresh)
    lib.nothing(z:deliver("hsm2", old))
    lib.nothing(z:deliver("hsm2", old:set("ticket", ticket)))
    lib.accepted(z:deliver("hsm2", fresh), 4)
    lib.remaining(z, "hsm2", key, 8)
  end,
}
