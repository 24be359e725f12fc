-- The ticket says how many. A block whose size agrees with it in the last byte, in two or in four only is not what was asked
-- for; the ticket stays open for the right one.
local lib = use "catalogue"
return scenario {
  title = "227 more or less than was asked for, by a power of two",
  source = "ours",
  expect = "indistinguishable",
  for_each = { trust = { "enclave", "pairwise" } },
  crypto = "ideal",
  seal = "real",
  scheme = "XMSSMT-SHA2_60/12_256",
  trust = params.trust,
  environment = function (z)
    local key = z:keygen("hsm1")
    for _, bits in ipairs { 0, 1, 7, 8, 15, 16, 24, 30 } do
      for _, pair in ipairs { { 5, 5 + (1 << bits) }, { 5 + (1 << bits), 5 } } do
        local asked, sent = pair[1], pair[2]
        local ticket = z:request("hsm2", { key = key, count = asked, from = "hsm1" })
        local payload = z:transfer("hsm1", { key = key, count = sent, to = "hsm2", ticket = ticket })
        lib.nothing(z:deliver("hsm2", payload))
        lib.refused(z:transfer("hsm1", { key = key, count = asked, to = "hsm2", ticket = ticket }), "ticket-used")
        assert(z:cancel("hsm2", ticket).kind == "cancelled", "the ticket is still open")
      end
    end
    lib.refused(z:status("hsm2", key), "unknown-key")
    lib.give(z, "hsm1", "hsm2", key, 5)
  end,
}
