-- Exactly all that is left, one more, and one less.
local lib = use "catalogue"
return scenario {
  title = "103 a transfer of exactly all remaining keys",
  source = "BC",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    for i = 0, 4 do lib.signs(z, "hsm1", key, "m", i) end
    local ticket = z:request("hsm2", { key = key, count = 28, from = "hsm1" })
    lib.refused(z:transfer("hsm1", { key = key, count = 28, to = "hsm2", ticket = ticket }), "insufficient")
    local _, block = lib.give(z, "hsm1", "hsm2", key, 27)
    assert(block.a == 5 and block.b == 32)
    lib.refused(z:sign("hsm1", key, "m"), "exhausted")
    lib.remaining(z, "hsm1", key, 0)
    _, block = lib.give(z, "hsm2", "hsm3", key, 26)
    assert(block.a == 6)
    lib.signs(z, "hsm2", key, "the one that is left", 5)
    lib.refused(z:sign("hsm2", key, "m"), "exhausted")
  end,
}
