-- A few hundred moves drawn from the seed: signatures, hand-overs whose payloads arrive late, twice or never, and power failures
-- at every point. Everything that is answered is compared with sets of single indices that this script keeps.
local lib, sets = use "catalogue", use "sets"
return scenario {
  title = "226 hundreds of moves in any order against a model of sets",
  source = "ours",
  expect = "indistinguishable",
  for_each = { reservation = { 0, 1, 3, 40 }, storage = { "atomic", "monotonic" }, trust = { "enclave", "pairwise" } },
  crypto = "ideal",
  scheme = "LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W1",
  capacity = 60,
  reservation = params.reservation,
  storage = params.storage,
  trust = params.trust,
  environment = function (z)
    local parties = { "hsm1", "hsm2", "hsm3" }
    local key = z:keygen("hsm1")
    local model = sets.new(60, "hsm1", params.reservation)
    local known, wire, armed, text = { hsm1 = true }, {}, {}, 0
    local function any(list) return list[math.random(#list)] end
    local function up(party) -- the power is back, with what was stable
      z:restart(party)
      model:restart(party)
      armed[party] = nil
    end
    local function sign(party)
      text = text + 1
      local expected, written = model:sign(party)
      local s = z:sign(party, key, "m" .. text)
      if not known[party] then return lib.refused(s, "unknown-key") end
      if not expected then return lib.refused(s, "exhausted") end
      if armed[party] and written then return armed[party](s) end
      assert(s.kind == "signature" and s.index == expected, "expected index " .. expected)
    end
    local function hand_over(from, to)
      local count = math.random(4)
      local a, b = nil, nil
      if known[from] then a, b = model:block(from, count) end
      if armed[from] or armed[to] then return end
      local ticket = z:request(to, { key = key, count = count, from = from })
      if ticket.kind == "error" then return lib.refused(ticket, "too-many-tickets") end
      local payload = z:transfer(from, { key = key, count = count, to = to, ticket = ticket })
      if not known[from] then lib.refused(payload, "unknown-key") elseif not a then lib.refused(payload, "insufficient") end
      if not a then
        assert(z:cancel(to, ticket).kind == "cancelled")
        return
      end
      model:take(from, a, b)
      wire[#wire + 1] = { to = to, payload = payload, a = a, b = b }
    end
    local function arrive(w)
      if armed[w.to] then return end
      local got = z:deliver(w.to, w.payload)
      if w.done then return lib.nothing(got) end
      w.done, known[w.to] = true, true
      lib.accepted(got, w.b - w.a)
      assert(got.a == w.a and got.from == w.payload.from, "what was sent")
      model:give(w.to, w.a, w.b)
    end
    local function fail(party)
      local point = any { "now", "before", "middle", "after" }
      z:crash(party, point)
      if point == "now" then return up(party) end
      local own, reserve = model:of(party)
      local before = { {}, {} }
      for i in pairs(own) do before[1][i] = true end
      for i in pairs(reserve) do before[2][i] = true end
      armed[party] = function (s) -- the next signature that is written
        assert((s ~= nil) == (point == "after"), "a signature leaves only if the power fails after it")
        if point == "before" then model.own[party], model.reserve[party] = before[1], before[2] end
        up(party)
      end
      local lowest = model:lowest(party)
      if known[party] and lowest and not reserve[lowest] then return sign(party) end
      z:crash(party) -- nothing would be written: the order waits in vain
      up(party)
    end
    for _ = 1, 220 do
      local party, dice = any(parties), math.random(12)
      if dice <= 4 then
        sign(party)
      elseif dice <= 7 then
        local to = any(parties)
        if to ~= party then hand_over(party, to) end
      elseif dice <= 10 and #wire > 0 then
        arrive(math.random(3) > 1 and wire[#wire] or any(wire))
      elseif dice == 11 then
        fail(party)
      end
      if known[party] then model:agrees(party, z:status(party, key)) end
    end
    for _, w in ipairs(wire) do arrive(w) end
    for _, party in ipairs(parties) do
      if known[party] then model:agrees(party, z:status(party, key)) end
    end
  end,
}
