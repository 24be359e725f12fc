-- The limits that a run has when it names none: so many are taken, and one more is not. Both worlds have the same numbers from
-- one table, so that only somebody who counts can tell another. Thousands of transfers and intervals would take too long here.
local lib = use "catalogue"
local at_the_limit = {
  keys = function (z)
    for _ = 1, 16 do assert(z:keygen("hsm1").kind == "key") end
    lib.refused(z:keygen("hsm1"), "too-many-keys")
  end,
  tickets = function (z)
    for _ = 1, 64 do assert(z:request("hsm2", { count = 1, from = "hsm1" }).kind == "requested") end
    lib.refused(z:request("hsm2", { count = 1, from = "hsm1" }), "too-many-tickets")
  end,
}
return scenario {
  title = "343 as many as the limits allow that a run has by itself, and one more",
  source = "ours",
  expect = "indistinguishable",
  for_each = { limit = { "keys", "tickets" } },
  environment = function (z) at_the_limit[params.limit](z) end,
}
