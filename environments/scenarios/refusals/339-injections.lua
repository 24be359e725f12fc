-- What F does not let S inject. hsm3 is corrupted, hsm2 waits for four indices of it; hsm1's first key was on the way, the
-- second was not.
local d = use "dictate"

local function inject(change, before)
  return function (z)
    local key, other = z:keygen("hsm1"), z:keygen("hsm1")
    z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = z:request("hsm2", { key = key, count = 4, from = "hsm1" }) })
    local own = z:keygen("hsm3")
    local i = { to = 1, ticket = z:request("hsm2", { count = 4, from = "hsm3" }), a = 8, b = 12, from = 2 }
    local got = { keys = {} }
    if before then before(z, key, i) end
    if not (change.honest) then
      got = z:corrupt("hsm3")
    end
    local mine = got.keys[1] or { vk = own.vk, seed = ("s"):rep(32) }
    i.vk, i.sk = mine.vk, mine.seed
    for name, value in pairs(change) do if name ~= "honest" and name ~= "of" then i[name] = value end end
    if change.of == "other" then i.vk = other.vk elseif change.of == "first" then i.vk = key.vk end
    if change.cut then i[change.cut] = i[change.cut]:sub(1, -2) end
    if change.missing then i[change.missing] = nil end
    d.inject(z, "hsm1", i)
  end
end

local case = {
  ["nobody is corrupted"] = inject { honest = true },
  ["to one too many"] = inject { to = 3 },
  ["from one too many"] = inject { from = 3 },
  ["to nobody"] = inject { to = -1 },
  ["to the corrupted"] = inject { to = 2 },
  ["under another key"] = inject { of = "first" },
  ["under a key that never moved"] = inject { of = "other" },
  ["a seed cut short"] = inject { cut = "sk" },
  ["a key cut short"] = inject { cut = "vk" },
  ["no seed"] = inject { missing = "sk" },
  ["no key"] = inject { missing = "vk" },
  ["no ticket"] = inject { ticket = ("t"):rep(16) },
  ["from another than was asked"] = inject { from = 0 },
  ["nothing"] = inject { a = 8, b = 8 },
  ["backwards"] = inject { a = 12, b = 8 },
  ["across the end"] = inject { a = 29, b = 33 },
  ["beyond the end"] = inject { a = 40, b = 44 },
  ["around 2^64"] = inject { a = -2, b = 2 },
  ["less than was asked for"] = inject { b = 11 },
  ["more than was asked for"] = inject { b = 13 },
  ["an outcome of no name"] = inject { outcome = "none" },
  ["a crash before"] = inject { outcome = "abort" },
  ["a crash after the write"] = inject { outcome = "silent" },
  ["one key too many"] = inject({}, function (z) z:keygen("hsm2") z:keygen("hsm2") end),
  ["the receiver is down"] = inject({}, function (z) z:crash("hsm2") end),
}
return scenario {
  title = "339 F refuses what S injects",
  source = "ours",
  crypto = "ideal",
  limits = { keys = 2, tickets = 64, transfers = 64, intervals = 64 },
  simulator = "dictated",
  expect = "simulation failed",
  for_each = { case = d.names(case), trust = { "enclave", "pairwise" } },
  trust = params.trust,
  environment = function (z) case[params.case](z) end,
}
