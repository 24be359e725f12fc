-- A negative count moves nothing back.
local lib = use "catalogue"
return scenario {
  title = "101 negative counts",
  source = "BC",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.signs(z, "hsm1", key, "m", 0)
    local ticket = z:request("hsm2", { key = key, count = 1, from = "hsm1" })
    for _, count in ipairs { -1, -2, -32, -2147483648, math.mininteger } do
      lib.refused(z:request("hsm2", { key = key, count = count, from = "hsm1" }), "bad-count")
      lib.refused(z:transfer("hsm1", { key = key, count = count, to = "hsm2", ticket = ticket }), "bad-count")
    end
    lib.remaining(z, "hsm1", key, 31)
    lib.signs(z, "hsm1", key, "n", 1)
  end,
}
