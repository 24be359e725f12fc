-- Where every pair has a key of its own, a corrupted member speaks for itself only: F lets S inject from it, not from the honest
-- party that was asked for the indices, though everything else about the block is right. That it may speak for itself is in 347.
local d = use "dictate"
local number = { hsm1 = 0, hsm4 = 3 }
return scenario {
  title = "354 F refuses an injection in the name of an honest party",
  source = "ours",
  crypto = "ideal",
  trust = "pairwise",
  parties = { "hsm1", "hsm2", "hsm3", "hsm4" },
  simulator = "dictated",
  expect = "simulation failed",
  for_each = { asked = { "hsm1", "hsm4" }, any = { true, false }, corrupted = { 1, 2 } },
  environment = function (z)
    local key = z:keygen("hsm3")
    local ticket = z:request("hsm2", { key = not params.any and key or nil, count = 1, from = params.asked })
    local mine = z:corrupt("hsm3").keys[1]
    if params.corrupted == 2 then z:corrupt(params.asked == "hsm1" and "hsm4" or "hsm1") end
    d.inject(z, "hsm2", { to = 1, ticket = ticket, vk = mine.vk, sk = mine.seed, a = 0, b = 1, from = number[params.asked] })
  end,
}
