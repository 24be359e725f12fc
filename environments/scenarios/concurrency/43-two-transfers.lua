-- Two receivers ask for keys that together are more than there are. Blocks never overlap; the second is refused when it
-- does not fit.
local lib = use "catalogue"
return scenario {
  title = "43 two transfers that would overlap",
  source = "TR",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local t2 = z:request("hsm2", { key = key, count = 20, from = "hsm1" })
    local t3 = z:request("hsm3", { key = key, count = 20, from = "hsm1" })
    local small = z:request("hsm3", { key = key, count = 12, from = "hsm1" })
    local p2 = z:transfer("hsm1", { key = key, count = 20, to = "hsm2", ticket = t2 })
    lib.refused(z:transfer("hsm1", { key = key, count = 20, to = "hsm3", ticket = t3 }), "insufficient")
    local p3 = z:transfer("hsm1", { key = key, count = 12, to = "hsm3", ticket = small })
    local b3, b2 = lib.accepted(z:deliver("hsm3", p3), 12), lib.accepted(z:deliver("hsm2", p2), 20)
    assert(b3.b <= b2.a or b2.b <= b3.a, "the blocks overlap")
    lib.refused(z:sign("hsm1", key, "m"), "exhausted")
  end,
}
