-- What F takes from S and Z does not see: a party that is up again and is not asked, with what a window lets a restart burn;
-- and an answer that is kept until S is asked, while F tells something else. 340 has what is refused of it.
local d = use "dictate"
local by = "hsm3"
local function burned(key, ...)
  local text = string.pack(">s4I4", key.kid, select("#", ...))
  for _, block in ipairs { ... } do text = text .. string.pack(">I8I8", block[1], block[2]) end
  return text
end
local function restart(make)
  return function (z)
    local key, other = z:keygen("hsm1"), z:keygen("hsm1")
    z:crash("hsm1")
    d.restart(z, by, 0, make(key, other))
  end
end
-- What is there before; what Z does while there is an answer that would not do.
local function kept(before, tell)
  return function (z)
    local there = before(z)
    d.answer(z, by, { outcome = "none" })
    tell(z, there)
  end
end
local function sent(z)
  local key = z:keygen("hsm1")
  local t = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
  z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = t })
  return t
end
local case = {
  ["nothing is burned"] = restart(function () end),
  ["a window"] = restart(function (k) return burned(k, { 0, 4 }) end),
  ["a window in two places"] = restart(function (k) return burned(k, { 0, 2 }, { 3, 5 }) end),
  ["of two keys"] = restart(function (k, o)
    local first, second = burned(k, { 0, 4 }), burned(o, { 28, 32 })
    return k.kid < o.kid and first .. second or second .. first
  end),
  ["kept while a corrupted party speaks"] = kept(function (z) z:corrupt("hsm1") end, function (z) z:keygen("hsm1") end),
  ["kept while F tells of a payload"] = kept(sent, function (z, t) z:resend("hsm1", { to = "hsm2", ticket = t }) end),
  ["bytes that dictate nothing"] = function (z)
    for _, text in ipairs { "Gh", "Gc", "Ga", "Fx", "F", "" } do z:deliver(by, text .. "consult-sign party") end
    z:keygen("hsm1")
  end,
  ["kept while F tells of holdings"] = kept(sent, function (z) z:corrupt("hsm1") end),
}
return scenario {
  title = "348 restarts that F takes from S",
  source = "ours",
  crypto = "ideal",
  reservation = 4,
  simulator = "dictated",
  expect = "indistinguishable",
  for_each = { case = d.names(case) },
  environment = function (z) case[params.case](z) end,
}
