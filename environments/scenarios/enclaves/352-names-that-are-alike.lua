-- Enclaves have master keys of their own, however alike their names: one begins with another, they differ at the end, in the
-- case, in a blank, at the beginning. What is stolen in one opens its own payloads, and none of another's.
local lib = use "catalogue"
local names = { "prod", "prod1", "prod2", "production-of-the-year-2026", "production-of-the-year-2027", "Prod", "prod 1", "1prod", "p" }
local enclaves, parties = {}, {}
for i, name in ipairs(names) do
  enclaves[name] = { "a" .. i, "b" .. i }
  parties[#parties + 1], parties[#parties + 2] = "a" .. i, "b" .. i
end
return scenario {
  title = "352 enclaves whose names are alike",
  source = "ours",
  expect = "indistinguishable",
  parties = parties,
  enclaves = enclaves,
  for_each = { stolen = { 1, 2, 4, 9 } },
  crypto = "ideal",
  seal = "real",
  capacity = 8,
  environment = function (z)
    local payload = {}
    for i in ipairs(names) do payload[i] = lib.seal(z, "a" .. i, "b" .. i, z:keygen("a" .. i), 2) end
    local stolen = z:corrupt("a" .. params.stolen).sealing
    for i, name in ipairs(names) do
      for _, with in ipairs(stolen) do
        local open = z:open(with, payload[i])
        assert((open ~= nil) == (i == params.stolen), names[params.stolen] .. " and " .. name)
      end
      if i ~= params.stolen then lib.accepted(z:deliver("b" .. i, payload[i]), 2) end
    end
  end,
}
