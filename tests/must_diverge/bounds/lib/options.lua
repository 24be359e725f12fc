-- The options of a run, each with the bounds that it needs, and scenarios for exploration that have some of them.
local two, four = { "hsm1", "hsm2" }, { "prod1", "prod2", "test1", "test2" }
local enclaves = { prod = { "prod1", "prod2" }, test = { "test1", "test2" } }

-- The upper half is at hsm2, so that the lower half can come in below a window there.
local function half(z)
  local key = z:keygen("hsm1")
  local ticket = z:request("hsm2", { key = key, count = 3, from = "hsm1" })
  z:deliver("hsm2", z:transfer("hsm1", { key = key, count = 3, to = "hsm2", ticket = ticket }))
end

-- What each option brings along: fields of the scenario, and bounds.
local option = {
  ["reservation"] = { reservation = 2, capacity = 5, explore = { sign = 3, crash = 1, restart = 1 } },
  ["imports"]     = { reservation = 2, capacity = 6, prefix = half,
                      explore = { keygen = 0, sign = 2, transfer = 1, deliver = 1, crash = 1, restart = 1 } },
  ["monotonic"]   = { storage = "monotonic", explore = { sign = 1, crash = 1, restart = 1, restore = 1, counts = { 1 } } },
  ["torn"]        = { storage = "torn", explore = { sign = 2, crash = 1, restart = 1 } },
  ["pairwise"]    = { trust = "pairwise", parties = { "hsm1", "hsm2", "hsm3" }, capacity = 3 },
  ["corruption"]  = { explore = { corrupt = 1, forge = 1, counterfeit = 1, flawed = 1, request = 2 } },
  ["enclaves"]    = { enclaves = enclaves, parties = four, capacity = 3, explore = { deliver = 2 } },
  ["shared"]      = { enclaves = enclaves, parties = four, capacity = 3, shared_master = true, explore = { deliver = 2, sign = 2 } },
}


-- `names`: options with "+" between them. Of two that say different things the later one counts; of two bounds the larger,
-- but 0 is 0.
local function with(names, made)
  made.source, made.crypto, made.expect = "docs/exploration.md", "ideal", "indistinguishable"
  made.parties, made.capacity = made.parties or two, 4
  made.explore = { keygen = 1, transfer = 1, deliver = 1, sign = 1, wrong = 0, any = 0, messages = 1 }
  local function bound(name, times)
    local now = made.explore[name]
    if not now or type(times) == "table" or times == 0 or times > now then made.explore[name] = times end
  end
  for name in (type(names) == "string" and names or ""):gmatch "[^+]+" do -- no text while the file is first read
    for field, value in pairs(option[name]) do
      if field ~= "explore" then made[field] = value end
    end
    for name, times in pairs(option[name].explore or {}) do bound(name, times) end
  end
  return made
end

return { with = with }
