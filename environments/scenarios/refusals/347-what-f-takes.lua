-- What F takes from S, though A ordered nothing of it: the real world does not do it, and Z sees that. It is the other half of
-- the scenarios before, in which a command that arrived in pieces would be refused as well.
local d = use "dictate"
local by, sixteen = "hsm3", ("t"):rep(16)

local function asked(z, key) return z:request("hsm2", { key = key, count = 4, from = "hsm1" }) end
local function allow(of_any)
  return function (z)
    local key = z:keygen("hsm1")
    local t = asked(z, not of_any and key or nil)
    z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = t })
    d.allow(z, by, { from = 0, to = 1, ticket = t })
  end
end
local function inject(z)
  z:keygen("hsm3")
  local t = z:request("hsm2", { count = 4, from = "hsm3" })
  local mine = z:corrupt("hsm3").keys[1]
  d.inject(z, "hsm1", { to = 1, ticket = t, vk = mine.vk, sk = mine.seed, a = 8, b = 12, from = 2 })
end
-- In the place of the answer that S has.
local function answer(a, ask)
  return function (z)
    d.answer(z, by, a)
    ask(z)
  end
end
local case = {
  ["a delivery"] = allow(false),
  ["a delivery of any key"] = allow(true),
  ["an injection"] = inject,
  ["a ticket"] = answer({ ticket = sixteen }, asked),
  ["words of a corrupted party"] = function (z)
    z:corrupt("hsm2")
    d.speak(z, by, 1, "verified valid", "n" .. string.pack(">i8", 1))
  end,
}
return scenario {
  title = "347 what F takes from S",
  source = "ours",
  crypto = "ideal",
  simulator = "dictated",
  expect = "distinguished",
  for_each = { case = d.names(case), trust = { "enclave", "pairwise" } },
  trust = params.trust,
  environment = function (z) case[params.case](z) end,
}
