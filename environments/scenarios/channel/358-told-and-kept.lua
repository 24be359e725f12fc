-- What a party has told is kept, be it the first of its kind or one of several: tickets opened and closed, keys made, blocks that
-- came in for keys that it knows. After every answer the power may fail, and the party still knows.
local lib = use "catalogue"
return scenario {
  title = "358 what was told is kept, also where it is not the first",
  source = "ours",
  expect = "indistinguishable",
  for_each = { fails = { "each time", "at the end" } },
  crypto = "ideal",
  capacity = 16,
  environment = function (z)
    local function fails(when)
      if params.fails ~= when then return end
      z:crash("hsm2") z:restart("hsm2")
    end
    local key, ticket, own = z:keygen("hsm1"), {}, {}
    for i = 1, 4 do
      ticket[i] = z:request("hsm2", { key = i > 2 and key or nil, count = 1, from = "hsm1" })
      fails("each time")
    end
    for i = 1, 2 do
      own[i] = z:keygen("hsm2")
      fails("each time")
    end
    for _, i in ipairs { 2, 4 } do
      assert(z:cancel("hsm2", ticket[i]).kind == "cancelled")
      fails("each time")
    end
    local payload = {}
    for i = 1, 4 do payload[i] = z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket[i] }) end
    for _, i in ipairs { 1, 3 } do
      lib.accepted(z:deliver("hsm2", payload[i]), 1)
      fails("each time")
    end
    fails("at the end")
    for i = 1, 4 do
      lib.nothing(z:deliver("hsm2", payload[i]))
      lib.refused(z:cancel("hsm2", ticket[i]), "no-such-ticket")
    end
    for i = 1, 2 do lib.remaining(z, "hsm2", own[i], 16) end
    lib.remaining(z, "hsm2", key, 2)
  end,
}
