-- What F says to S, by the names of messages and of their fields, and outcomes that it takes by name: these are no part of any
-- view, and stand in traces.
local d = use "dictate"
local by, sixteen = "hsm3", ("t"):rep(16)
local function keygen(z) return z:keygen("hsm1") end
local function on_the_way(z)
  local t = z:request("hsm2", { count = 4, from = "hsm1" })
  z:transfer("hsm1", { key = keygen(z), count = 4, to = "hsm2", ticket = t })
  return t
end
-- S says how the cancelling of a ticket went, as A ordered it; F takes it.
local function told(outcome, crash)
  return { function (z) return z:request("hsm2", { count = 1, from = "hsm1" }) end, function (z, t)
    if crash then z:crash("hsm2", crash) end
    d.answer(z, by, { outcome = outcome })
    z:cancel("hsm2", t)
  end, "consult-cancel party ticket" }
end

-- What is there before; what Z does; what F says to S then.
local case = {
  keygen = { nil, keygen, "consult-keygen party set" },
  request = { nil, function (z) z:request("hsm2", { count = 1, from = "hsm1" }) end, "consult-request party kid count from" },
  cancel = { function (z) return z:request("hsm2", { count = 1, from = "hsm1" }) end, function (z, t) z:cancel("hsm2", t) end,
             "consult-cancel party ticket" },
  transfer = { keygen, function (z, key) z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = sixteen }) end,
               "consult-transfer party kid count to ticket", "sent from to ticket kid a b" },
  resend = { on_the_way, function (z, t) z:resend("hsm1", { to = "hsm2", ticket = t }) end, "resent from to ticket kid a b" },
  sign = { keygen, function (z, key) z:sign("hsm1", key, "m") end, "consult-sign party kid index length" },
  corrupt = { keygen, function (z) z:corrupt("hsm1") end, "holdings party held" },
  ["and takes proceed"] = told "proceed",
  ["and takes abort"] = told("abort", "before"),
  ["and takes silent"] = told("silent", "middle"),
  ["and takes last"] = told("last", "after"),
  ["the input of a corrupted party"] = { function (z) z:corrupt("hsm1") end, keygen, "keygen set" },
}
return scenario {
  title = "342 what F says to S, and takes from S",
  source = "ours",
  simulator = "dictated",
  expect = "indistinguishable",
  for_each = { case = d.names(case) },
  environment = function (z)
    local c = case[params.case]
    local there = c[1] and c[1](z)
    d.hears(z, by, table.unpack(c, 3))
    c[2](z, there)
  end,
}
