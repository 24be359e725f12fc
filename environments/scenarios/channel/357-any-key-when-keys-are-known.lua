-- A ticket that leaves the key open is good for a key that the receiver knows as for one that it does not, whatever keys it has,
-- of its own or from others, and whether there is an index left of them.
local lib = use "catalogue"
return scenario {
  title = "357 any key, where the receiver has keys",
  source = "ours",
  expect = "indistinguishable",
  for_each = { own = { 0, 1, 3 }, from = { "maker", "receiver" }, trust = { "enclave", "pairwise" } },
  trust = params.trust,
  crypto = "ideal",
  capacity = 8,
  environment = function (z)
    local key, another = z:keygen("hsm1"), z:keygen("hsm1")
    local own = {}
    for i = 1, params.own do own[i] = z:keygen("hsm2") end
    local function any(which)
      local ticket = z:request("hsm2", { count = 1, from = "hsm1" })
      return z:transfer("hsm1", { key = which, count = 1, to = "hsm2", ticket = ticket })
    end
    local first, second, third = any(key), any(key), any(another)
    lib.accepted(z:deliver("hsm2", first), 1)
    lib.accepted(z:deliver("hsm2", second), 1)
    lib.accepted(z:deliver("hsm2", third), 1)
    for _ = 1, 2 do lib.signs(z, "hsm2", key, "used up") end
    lib.refused(z:sign("hsm2", key, "nothing left"), "exhausted")
    lib.accepted(z:deliver("hsm2", any(key)), 1)
    if params.from == "receiver" then -- a key that it made itself comes back to it
      for _, mine in ipairs(own) do
        lib.give(z, "hsm2", "hsm1", mine, 2)
        lib.accepted(z:deliver("hsm2", any(mine)), 1)
      end
    end
    lib.remaining(z, "hsm2", key, 1)
  end,
}
