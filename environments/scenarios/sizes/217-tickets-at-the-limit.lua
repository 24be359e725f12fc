-- Open tickets count; closed ones, by a delivery or by hand, do not, though there may be any number of them.
local lib = use "catalogue"
return scenario {
  title = "217 as many open tickets as there may be, and one more",
  source = "ours",
  expect = "indistinguishable",
  for_each = { tickets = { 0, 1, 2, 64, 255, 256, 257 } },
  crypto = "ideal",
  capacity = 32,
  limits = { tickets = params.tickets },
  environment = function (z)
    local limit, ticket, known = params.tickets, {}, {}
    local key = z:keygen("hsm1")
    local function request()
      local t = z:request("hsm2", { key = key, count = 1, from = "hsm1" })
      if t.kind == "error" then return t end
      assert(not known[t.ticket], "tickets are new")
      known[t.ticket] = true
      return t
    end
    for i = 1, limit do
      ticket[i] = request()
      assert(ticket[i].kind == "requested")
    end
    lib.refused(request(), "too-many-tickets")
    lib.refused(z:request("hsm2", { key = key, count = 0, from = "hsm1" }), "bad-count")
    if limit == 0 then return end
    -- one closed by hand, first and last in turn: one more may be opened, no two
    for _, i in ipairs { 1, limit } do
      assert(z:cancel("hsm2", ticket[i]).kind == "cancelled")
      lib.refused(z:cancel("hsm2", ticket[i]), "no-such-ticket")
      ticket[i] = request()
      lib.refused(request(), "too-many-tickets")
    end
    -- the same by deliveries
    for _, i in ipairs { limit, 1 } do
      local payload = z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket[i] })
      lib.accepted(z:deliver("hsm2", payload), 1)
      ticket[i] = request()
      assert(ticket[i].kind == "requested", "a delivery frees a place")
      lib.refused(request(), "too-many-tickets")
    end
    z:crash("hsm2") z:restart("hsm2")
    lib.refused(request(), "too-many-tickets")
    -- each of them is still good, and every one is closed at the end
    for i = 1, limit do
      if i % 32 == 1 or i > limit - 2 then
        lib.accepted(z:deliver("hsm2", z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket[i] })), 1)
      else
        assert(z:cancel("hsm2", ticket[i]).kind == "cancelled")
      end
    end
    for i = 1, limit do lib.refused(z:cancel("hsm2", ticket[i]), "no-such-ticket") end
    -- nor do others' tickets count
    assert(z:request("hsm3", { key = key, count = 1, from = "hsm1" }).kind == "requested")
  end,
}
