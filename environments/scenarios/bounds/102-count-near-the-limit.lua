-- Counts near 2^31 and 2^63: index plus count overflows in a careless check.
local lib = use "catalogue"
return scenario {
  title = "102 counts near the largest integers",
  source = "BC",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 2147483647, from = "hsm1" })
    assert(ticket.kind == "requested", "the largest count may be asked for")
    lib.refused(z:transfer("hsm1", { key = key, count = 2147483647, to = "hsm2", ticket = ticket }), "insufficient")
    for _, count in ipairs { 2147483648, 4294967295, 4294967296, 4294967297, math.maxinteger } do
      lib.refused(z:request("hsm2", { key = key, count = count, from = "hsm1" }), "bad-count")
      lib.refused(z:transfer("hsm1", { key = key, count = count, to = "hsm2", ticket = ticket }), "bad-count")
    end
    lib.remaining(z, "hsm1", key, 32)
  end,
}
