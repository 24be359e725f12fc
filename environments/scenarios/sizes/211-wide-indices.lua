-- A key that has eight indices below a power of two and eight beyond it. The block that is handed over lies across the edge; it is
-- handed on in parts, signed from on both sides, taken back, and every interval is asserted.
local lib = use "catalogue"
return scenario {
  title = "211 blocks and indices across 2^8, 2^16, 2^31, 2^32 and beyond",
  source = "ours",
  expect = "indistinguishable",
  for_each = { bits = { 8, 16, 31, 32, 53, 59 } },
  crypto = "ideal",
  scheme = "XMSSMT-SHA2_60/12_256",
  capacity = (1 << params.bits) + 8,
  environment = function (z)
    local edge = 1 << params.bits
    local key = z:keygen("hsm1")
    assert(key.capacity == edge + 8)
    local function has(party, ...)
      local status, want, sum = z:status(party, key), { ... }, 0
      assert(#status.intervals == #want, party .. ": number of intervals")
      for i, interval in ipairs(want) do
        assert(status.intervals[i].a == interval[1] and status.intervals[i].b == interval[2], party .. ": interval")
        sum = sum + interval[2] - interval[1]
      end
      assert(status.remaining == sum, party .. ": sum")
    end
    local _, got = lib.give(z, "hsm1", "hsm2", key, 16)
    assert(got.a == edge - 8 and got.b == edge + 8)
    has("hsm1", { 0, edge - 8 })
    has("hsm2", { edge - 8, edge + 8 })
    _, got = lib.give(z, "hsm2", "hsm3", key, 6)
    assert(got.a == edge + 2)
    for i = 0, 8 do lib.signs(z, "hsm2", key, "m" .. i, edge - 8 + i) end
    has("hsm2", { edge + 1, edge + 2 })
    lib.signs(z, "hsm3", key, "beyond", edge + 2)
    lib.give(z, "hsm3", "hsm2", key, 5)
    has("hsm3")
    has("hsm2", { edge + 1, edge + 2 }, { edge + 3, edge + 8 })
    lib.signs(z, "hsm2", key, "the last below the gap", edge + 1)
    lib.signs(z, "hsm2", key, "the first above it", edge + 3)
    lib.signs(z, "hsm1", key, "the first of all", 0)
    has("hsm1", { 1, edge - 8 })
  end,
}
