-- Two enclaves, test and production, under one adversary, with master keys of their own or one for both. A payload of one
-- is delivered in the other: as it is, and with its header changed to fit. Nothing of the other enclave is accepted, as the
-- whole header is bound into the sealing key; what belongs there still is.
local lib = use "catalogue"
return scenario {
  title = "65 a payload of the test enclave is delivered in production",
  source = "ours",
  parties = { "prod1", "prod2", "test1", "test2" },
  enclaves = { prod = { "prod1", "prod2" }, test = { "test1", "test2" } },
  for_each = { shared_master = { false, true } },
  shared_master = params.shared_master,
  expect = "indistinguishable",
  environment = function (z)
    local p, t = z:keygen("prod1"), z:keygen("test1")
    local in_prod, prod_ticket = lib.seal(z, "prod1", "prod2", p, 4)
    local in_test = lib.seal(z, "test1", "test2", t, 4)
    lib.nothing(z:deliver("prod2", in_test))
    lib.nothing(z:deliver("prod2", in_test:set("to", "prod2")))
    lib.nothing(z:deliver("prod2", in_test:set("to", "prod2"):set("ticket", prod_ticket)))
    local header = in_prod.bytes:sub(1, lib.header_bytes)
    lib.nothing(z:deliver("prod2", header .. in_test.bytes:sub(lib.header_bytes + 1)))
    lib.refused(z:status("prod2", t), "unknown-key")
    lib.refused(z:request("prod2", { key = t, count = 4, from = "test1" }), "no-such-party")
    lib.refused(z:transfer("test1", { key = t, count = 4, to = "prod2", ticket = prod_ticket }), "no-such-party")
    lib.refused(z:resend("test1", { to = "prod2", ticket = prod_ticket }), "no-such-party")
    lib.accepted(z:deliver("prod2", in_prod), 4)
    lib.accepted(z:deliver("test2", in_test), 4)
  end,
}
