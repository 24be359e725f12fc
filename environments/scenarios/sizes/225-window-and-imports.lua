-- While a window is open, blocks come in below it, above it and between what is reserved and what is not. The lowest index is
-- used first, wherever it is from; a restart loses what was reserved and none of what came in.
local lib, sets = use "catalogue", use "sets"
return scenario {
  title = "225 blocks that come in below, above and around an open window",
  source = "ours",
  expect = "indistinguishable",
  for_each = { reservation = { 1, 2, 3, 4, 12 }, signed = { 0, 1, 2, 3 }, crash = { false, true } },
  crypto = "ideal",
  scheme = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W1",
  capacity = 18,
  reservation = params.reservation,
  environment = function (z)
    local key = z:keygen("hsm1")
    local model = sets.new(18, "hsm1", params.reservation)
    local function move(from, to, count)
      local a, b = model:block(from, count)
      local payload = lib.seal(z, from, to, key, count)
      model:take(from, a, b)
      return payload, a, b
    end
    local function arrive(to, payload, a, b)
      local got = lib.accepted(z:deliver(to, payload), b - a)
      assert(got.a == a and got.b == b, "another block arrives")
      model:give(to, a, b)
      model:agrees(to, z:status(to, key))
    end
    local function sign(party, text)
      local index = model:sign(party)
      if index then lib.signs(z, party, key, text, index) else lib.refused(z:sign(party, key, text), "exhausted") end
      model:agrees(party, z:status(party, key))
    end
    local high = { move("hsm1", "hsm2", 5) }   -- [13,18)
    local middle = { move("hsm1", "hsm2", 5) } -- [8,13)
    local low = { move("hsm1", "hsm2", 3) }    -- [5,8)
    arrive("hsm2", middle[1], middle[2], middle[3])
    sign("hsm2", "the window opens at 8")
    for i = 1, params.signed do sign("hsm2", "in the window " .. i) end
    arrive("hsm2", low[1], low[2], low[3]) -- below the window
    sign("hsm2", "from below")
    arrive("hsm2", high[1], high[2], high[3]) -- above it
    sign("hsm2", "from below again")
    if params.crash then
      z:crash("hsm2") z:restart("hsm2")
      model:restart("hsm2")
      model:agrees("hsm2", z:status("hsm2", key))
    end
    local lowest = { move("hsm1", "hsm2", 2) } -- [3,5)
    arrive("hsm2", lowest[1], lowest[2], lowest[3])
    sign("hsm2", "from the lowest")
    local back = { move("hsm2", "hsm3", 2) }
    arrive("hsm3", back[1], back[2], back[3])
    sign("hsm3", "handed on")
    local again = { move("hsm3", "hsm2", 1) } -- what hsm2 had comes back
    arrive("hsm2", again[1], again[2], again[3])
    for i = 1, 18 do sign("hsm2", "on " .. i) end
    for i = 1, 4 do sign("hsm1", "the maker " .. i) end
  end,
}
