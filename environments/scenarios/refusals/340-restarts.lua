-- What F does not let a restart burn: hsm1 has [0,28) of a key with a window of 4, hsm2 a key of its own.
local d = use "dictate"
local function burned(key, blocks, count)
  local text = string.pack(">s4", key.kid) .. string.pack(">I4", count or #blocks)
  for _, b in ipairs(blocks) do text = text .. string.pack(">I8I8", b[1], b[2]) end
  return text
end
local function restart(make, party, up)
  return function (z)
    local key, other = z:keygen("hsm1"), z:keygen("hsm2")
    z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = z:request("hsm2", { key = key, count = 4, from = "hsm1" }) })
    if not up then z:crash("hsm1") end
    d.restart(z, "hsm3", party or 0, make(key, other))
  end
end
local function nothing() end
local case = {
  ["of one that is up"] = restart(nothing, 0, true),
  ["of one too many"] = restart(nothing, 3),
  ["more than the window"] = restart(function (k) return burned(k, { { 0, 5 } }) end),
  ["more than the window in parts"] = restart(function (k) return burned(k, { { 0, 2 }, { 3, 6 } }) end),
  ["what was sent"] = restart(function (k) return burned(k, { { 28, 30 } }) end),
  ["across what was sent"] = restart(function (k) return burned(k, { { 26, 30 } }) end),
  ["nothing of it"] = restart(function (k) return burned(k, { { 3, 3 } }) end),
  ["what another has"] = restart(function (_, o) return burned(o, { { 0, 4 } }) end),
  ["what nobody has"] = restart(function () return burned({ kid = ("k"):rep(16) }, { { 0, 4 } }) end),
  ["a key twice"] = restart(function (k) return burned(k, { { 0, 2 } }) .. burned(k, { { 3, 5 } }) end),
  ["a list cut short"] = restart(function (k) return burned(k, { { 0, 4 } }):sub(1, -2) end),
  ["a list cut in its key"] = restart(function (k) return burned(k, { { 0, 4 } }):sub(1, 8) end),
  ["more intervals than there are"] = restart(function (k) return burned(k, { { 0, 4 } }, 2) end),
  ["a key of 15 bytes"] = restart(function (k) return burned({ kid = k.kid:sub(1, 15) }, { { 0, 4 } }) end),
  ["a list with more"] = restart(function (k) return burned(k, { { 0, 4 } }) .. "\0" end),
}
return scenario {
  title = "340 F refuses what a restart burns",
  source = "ours",
  crypto = "ideal",
  reservation = 4,
  simulator = "dictated",
  expect = "simulation failed",
  for_each = { case = d.names(case) },
  environment = function (z) case[params.case](z) end,
}
