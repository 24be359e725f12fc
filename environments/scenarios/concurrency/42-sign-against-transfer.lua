-- Signing and handing over compete for the same last index, in both orders and with a crash at every point of the first:
-- one of the two fails.
local lib = use "catalogue"
return scenario {
  title = "42 sign and transfer compete for one index",
  source = "RFC section 5.4",
  expect = "indistinguishable",
  capacity = 1,
  environment = function (z)
    local function transfer(key)
      local ticket = z:request("hsm2", { key = key, count = 1, from = "hsm1" })
      return z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket })
    end
    local key = z:keygen("hsm1")
    lib.signs(z, "hsm1", key, "m", 0)
    lib.refused(transfer(key), "insufficient")
    key = z:keygen("hsm1")
    lib.accepted(z:deliver("hsm2", transfer(key)), 1)
    lib.refused(z:sign("hsm1", key, "m"), "exhausted")
    lib.signs(z, "hsm2", key, "m", 0)
    for _, point in ipairs { "middle", "after" } do
      key = z:keygen("hsm1")
      z:crash("hsm1", point)
      z:sign("hsm1", key, "m")
      z:restart("hsm1")
      lib.refused(transfer(key), "insufficient")
      key = z:keygen("hsm1")
      z:crash("hsm1", point)
      transfer(key)
      z:restart("hsm1")
      lib.refused(z:sign("hsm1", key, "m"), "exhausted")
    end
  end,
}
