-- A party that is given every other index has as many intervals as indices. One too many is refused; one that closes a
-- gap makes one of two, and one at an end makes no more, so both are taken at the limit.
local lib = use "catalogue"
return scenario {
  title = "219 as many intervals as a module may own, one more, and gaps that close",
  source = "ours",
  expect = "indistinguishable",
  for_each = { intervals = { 0, 1, 2, 3, 8, 9, 256 } },
  crypto = "ideal",
  scheme = "LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W1",
  limits = { intervals = params.intervals },
  environment = function (z)
    local limit, gap = params.intervals, {}
    local key = z:keygen("hsm1")
    if limit == 0 then -- nobody may receive anything; the maker's own interval is no arrival
      lib.nothing(z:deliver("hsm2", (lib.seal(z, "hsm1", "hsm2", key, 1))))
      lib.refused(z:status("hsm2", key), "unknown-key")
      lib.remaining(z, "hsm1", key, 1023)
      return
    end
    local function intervals(n)
      assert(#z:status("hsm2", key).intervals == n, "expected " .. n .. " intervals")
    end
    -- 1023 to hsm2, 1022 stays sealed, 1021 to hsm2 ...
    for i = 1, limit do
      lib.give(z, "hsm1", "hsm2", key, 1)
      if i <= 40 then
        gap[i] = lib.seal(z, "hsm1", "hsm2", key, 1)
      else -- somebody else has it
        lib.give(z, "hsm1", "hsm3", key, 1)
        if #z:status("hsm3", key).intervals == limit then lib.signs(z, "hsm3", key, "m" .. i) end
      end
      intervals(i)
    end
    local lowest = 1024 - 2 * limit
    lib.remaining(z, "hsm1", key, lowest)
    local skipped = lib.seal(z, "hsm1", "hsm2", key, 1)
    local apart = lib.seal(z, "hsm1", "hsm2", key, 2)
    if limit == 1 then -- the gap is at the end of the one interval, what was skipped is next to the gap
      lib.nothing(z:deliver("hsm2", apart))
      lib.accepted(z:deliver("hsm2", gap[1]), 1)
      intervals(1)
      lib.accepted(z:deliver("hsm2", skipped), 1)
      lib.accepted(z:deliver("hsm2", apart), 2)
      intervals(1)
      lib.remaining(z, "hsm2", key, 5)
      return
    end
    lib.nothing(z:deliver("hsm2", apart))
    intervals(limit)
    lib.accepted(z:deliver("hsm2", gap[1]), 1) -- between the highest two
    intervals(limit - 1)
    lib.accepted(z:deliver("hsm2", apart), 2)
    intervals(limit)
    z:crash("hsm2") z:restart("hsm2")
    intervals(limit)
    local still = lib.seal(z, "hsm1", "hsm2", key, 3) -- next to the last, below
    lib.accepted(z:deliver("hsm2", still), 3)
    intervals(limit)
    lib.remaining(z, "hsm2", key, limit + 1 + 2 + 3)
    -- the lowest is used up: room for one more
    lib.seal(z, "hsm1", "hsm3", key, 1)
    local below = lib.seal(z, "hsm1", "hsm2", key, 1)
    lib.nothing(z:deliver("hsm2", below))
    for i = 0, 4 do lib.signs(z, "hsm2", key, "s" .. i) end
    intervals(limit - 1)
    lib.accepted(z:deliver("hsm2", below), 1)
    intervals(limit)
  end,
}
