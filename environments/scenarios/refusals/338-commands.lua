-- What F does not let S deliver, or do to a party.
local d = use "dictate"
local by, sixteen = "hsm3", ("t"):rep(16)

-- Four indices on the way from hsm1 to hsm2, which asked for `asked`.
local function on_the_way(z, asked)
  local key, other = z:keygen("hsm1"), z:keygen("hsm1")
  asked = asked or {}
  local t = z:request("hsm2", { key = asked.other and other or asked.any and nil or key, count = asked.count or 4, from = asked.from or "hsm1" })
  z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = t })
  return t, key
end
local function allow(change, asked, before)
  return function (z)
    local t, key = on_the_way(z, asked)
    local a = { from = 0, to = 1, ticket = t }
    if before then before(z, t, key) end
    for name, value in pairs(change or {}) do a[name] = value end
    d.allow(z, by, a)
  end
end
local function party(name, number, before)
  return function (z)
    if before then before(z) end
    d.on_party(z, by, name, number)
  end
end
local function crash(z) z:crash("hsm2") end
-- hsm2 holds so much already
local function holds(z, key, t, again)
  z:deliver("hsm2", z:resend("hsm1", { to = "hsm2", ticket = t }))
  z:transfer("hsm1", { key = key, count = 4, to = "hsm3", ticket = sixteen })
  again = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
  z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = again })
  return again
end

local case = {
  ["from another party"] = allow { from = 2 },
  ["from itself"] = allow { from = 1 },
  ["from one party too many"] = allow { from = 3 },
  ["from no party"] = allow { from = -1 },
  ["to another party"] = allow { to = 2 },
  ["to one party too many"] = allow { to = 3 },
  ["to no party"] = allow { to = -1 },
  ["for another ticket"] = allow { ticket = sixteen },
  ["with an outcome of no name"] = allow { outcome = "none" },
  ["with a crash before"] = allow { outcome = "abort" },
  ["with a crash after the write"] = allow { outcome = "silent" },
  ["with a crash after the output"] = allow { outcome = "last" },
  ["twice"] = allow({}, nil, function (z, t) z:deliver("hsm2", z:resend("hsm1", { to = "hsm2", ticket = t })) end),
  ["to a party that is down"] = allow({}, nil, crash),
  ["to a corrupted party"] = allow({}, nil, function (z) z:corrupt("hsm2") end),
  ["for a ticket that was given up"] = allow({}, nil, function (z, t) z:cancel("hsm2", t) end),
  ["for a ticket that was never there"] = function (z)
    z:transfer("hsm1", { key = z:keygen("hsm1"), count = 4, to = "hsm2", ticket = sixteen })
    d.allow(z, by, { from = 0, to = 1, ticket = sixteen })
  end,
  ["more than was asked for"] = allow({}, { count = 3 }),
  ["less than was asked for, of any key"] = allow({}, { count = 5, any = true }),
  ["what another was asked for"] = allow({}, { from = "hsm3" }),
  ["of another key than was asked for"] = allow({}, { other = true }),
  ["one key too many"] = allow({}, nil, function (z) z:keygen("hsm2") z:keygen("hsm2") end),
  ["one interval too many"] = function (z)
    local t, key = on_the_way(z)
    d.allow(z, by, { from = 0, to = 1, ticket = holds(z, key, t) })
  end,
  ["a crash of one that is down"] = party("crash-party", 1, crash),
  ["a crash of one that A spares"] = party("crash-party", 1),
  ["a crash of one too many"] = party("crash-party", 3),
  ["the end of one that is up"] = party("disable-party", 1),
  ["the end of one that A spares"] = party("disable-party", 1, crash),
  ["the end of one too many"] = party("disable-party", 3),
  ["corruption of one that A spares"] = party("corrupt-party", 1),
  ["corruption of one that is corrupted"] = party("corrupt-party", 1, function (z) z:corrupt("hsm2") end),
  ["corruption of one too many"] = party("corrupt-party", 3),
  ["a report of F to F"] = function (z) d.command(z, by, "holdings party held", "n" .. ("\0"):rep(8)) end,
  ["what F was not to say"] = function (z) d.hears(z, by, "consult-keygen party") z:keygen("hsm1") end,
  ["what F was not to say then"] = function (z)
    d.hears(z, by, "consult-keygen party set", "consult-keygen party")
    z:keygen("hsm1") z:keygen("hsm1")
  end,
  ["an outcome as long as the right one"] = function (z)
    local t = z:request("hsm2", { count = 1, from = "hsm1" })
    z:crash("hsm2", "after")
    d.answer(z, by, { outcome = "lost" })
    z:cancel("hsm2", t)
  end,
  ["an outcome cut short"] = function (z) d.instead(z, by, "answer outcome sk vk ticket", "o\7") z:keygen("hsm1") end,
  ["words of an honest party"] = function (z) d.speak(z, by, 1, "verified valid", "n" .. ("\0"):rep(8)) end,
}
return scenario {
  title = "338 F refuses what S commands",
  source = "ours",
  crypto = "ideal",
  limits = { keys = 2, tickets = 64, transfers = 64, intervals = 1 },
  simulator = "dictated",
  expect = "simulation failed",
  for_each = { case = d.names(case) },
  environment = function (z) case[params.case](z) end,
}
