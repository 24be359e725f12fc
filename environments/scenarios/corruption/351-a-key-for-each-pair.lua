-- A pair has a key that no other pair has, however alike their numbers: the same digits in a row (1 with 112, 11 with 12), the
-- same sum, the same difference, one number in common. A corrupted member opens what is for its own pairs, and nothing else.
local lib = use "catalogue"
local names = {}
for i = 0, 124 do names[i + 1] = "p" .. i end
-- of 11: every pair of its own ...
local own = { { 11, 12 }, { 11, 24 }, { 2, 11 }, { 11, 111 }, { 0, 11 }, { 110, 11 } }
-- ... and pairs that look like one of them
local other = { { 1, 112 }, { 112, 1 }, { 1, 124 }, { 21, 1 }, { 2, 1 }, { 121, 1 }, { 1, 6 }, { 10, 13 }, { 12, 13 }, { 12, 24 },
                { 0, 1 }, { 22, 111 }, { 1, 22 }, { 0, 111 }, { 1, 110 }, { 12, 22 }, { 1, 44 }, { 4, 33 } }
return scenario {
  title = "351 every pair has a sealing key that no other pair has",
  source = "ours",
  expect = "indistinguishable",
  parties = names,
  trust = "pairwise",
  crypto = "ideal",
  seal = "real",
  capacity = 8,
  environment = function (z)
    local function sealed(pairs_of)
      local payloads = {}
      for _, pair in ipairs(pairs_of) do
        local from, to = "p" .. pair[1], "p" .. pair[2]
        payloads[#payloads + 1] = { by = pair, bytes = lib.seal(z, from, to, z:keygen(from), 1) }
      end
      return payloads
    end
    local mine, others = sealed(own), sealed(other)
    local stolen = z:corrupt("p11").sealing
    local function opened(payload)
      for _, with in ipairs(stolen) do
        local open = z:open(with, payload)
        if open then return open end
      end
    end
    for _, p in ipairs(mine) do assert(opened(p.bytes), "its own pairs are open") end
    for _, p in ipairs(others) do
      assert(not opened(p.bytes), "a key of 11 opens what is between " .. p.by[1] .. " and " .. p.by[2])
    end
  end,
}
