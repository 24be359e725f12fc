-- What F does not take for an answer, or in the place of one.
local d = use "dictate"
local by, sixteen = "hsm3", ("t"):rep(16)

-- Two keys, and the seeds of both as a corrupted party shows them.
local function stolen(z)
  z:keygen("hsm3") z:keygen("hsm3")
  return z:corrupt("hsm3").keys
end
local function keygen_with(change)
  return function (z)
    local keys = stolen(z)
    local a = { sk = keys[1].seed, vk = keys[1].vk }
    change(a, keys)
    d.answer(z, "hsm1", a)
    z:keygen("hsm2")
  end
end
local function ticket_of(make)
  return function (z)
    d.answer(z, by, { ticket = make(z) })
    z:request("hsm2", { count = 4, from = "hsm1" })
  end
end
local function outcome(o, input)
  return function (z)
    local key = z:keygen("hsm1")
    d.answer(z, by, { outcome = o })
    if input then input(z, key) else z:sign("hsm1", key, "m") end
  end
end

local case = {
  ["an answer that nobody asked for"] = function (z) d.command(z, by, "answer outcome sk vk ticket") end,
  ["an outcome of no name"] = outcome "none",
  ["a crash before, not ordered"] = outcome "abort",
  ["a crash after the write, not ordered"] = outcome "silent",
  ["a crash after the output, not ordered"] = outcome "last",
  ["a transfer that crashes, not ordered"] = outcome("silent", function (z, key)
    z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = sixteen }) end),
  ["a restart for an answer"] = function (z) d.restart_instead(z, by, 0) z:keygen("hsm1") end,
  ["nothing for an answer"] = function (z)
    z:crash("hsm1", "before") -- so that nothing comes of it in the real world either
    d.instead(z, by, "")
    z:keygen("hsm1")
    z:keygen("hsm2")
  end,
  ["a key of another seed"] = keygen_with(function (a, keys) a.sk = keys[2].seed end),
  ["another key of the seed"] = keygen_with(function (a, keys) a.vk = keys[2].vk end),
  ["a seed cut short"] = keygen_with(function (a) a.sk = a.sk:sub(1, -2) end),
  ["a seed with more"] = keygen_with(function (a) a.sk = a.sk .. "\0" end),
  ["a key cut short"] = keygen_with(function (a) a.vk = a.vk:sub(1, -2) end),
  ["a key with more"] = keygen_with(function (a) a.vk = a.vk .. "\0" end),
  ["no seed"] = keygen_with(function (a) a.sk = nil end),
  ["no key"] = keygen_with(function (a) a.vk = nil end),
  ["a key that there is"] = keygen_with(function () end),
  ["a ticket of 15 bytes"] = ticket_of(function () return ("t"):rep(15) end),
  ["a ticket of 17 bytes"] = ticket_of(function () return ("t"):rep(17) end),
  ["no ticket"] = ticket_of(function () end),
  ["a ticket that is open"] = ticket_of(function (z) return z:request("hsm2", { count = 4, from = "hsm1" }) end),
  ["a ticket that was open"] = ticket_of(function (z)
    local t = z:request("hsm2", { count = 4, from = "hsm1" })
    z:cancel("hsm2", t)
    return t
  end),
}
return scenario {
  title = "337 F refuses what S answers",
  source = "ours",
  crypto = "ideal",
  simulator = "dictated",
  expect = "simulation failed",
  for_each = { case = d.names(case) },
  environment = function (z) case[params.case](z) end,
}
