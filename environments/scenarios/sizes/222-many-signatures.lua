-- A key of more than 2^9 one-time keys, signed to its end: messages of which each was signed once, one that was signed again and
-- again, and all of it still verifies when the key is used up.
local lib = use "catalogue"
return scenario {
  title = "222 a key of 600 signatures is used up",
  source = "ours",
  expect = "indistinguishable",
  crypto = "ideal",
  scheme = "LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W1",
  capacity = 600,
  environment = function (z)
    local key = z:keygen("hsm1")
    local first, same = {}, {}
    local function say(i) return i % 8 == 0 and "the same" or "message " .. i end
    lib.give(z, "hsm1", "hsm2", key, 1)
    for i = 0, 598 do
      local s = z:sign("hsm1", key, say(i))
      assert(s.kind == "signature" and s.index == i)
      if i < 40 or i > 560 or i % 256 < 2 or i % 257 == 0 then
        (say(i) == "the same" and same or first)[i] = s
      end
    end
    lib.refused(z:sign("hsm1", key, "one more"), "exhausted")
    lib.signs(z, "hsm2", key, "elsewhere", 599)
    for i, s in pairs(first) do
      assert(z:verify("hsm3", key, say(i), s))
      assert(not z:verify("hsm3", key, "message " .. i + 599, s))
    end
    for _, s in pairs(same) do assert(z:verify("hsm3", key, "the same", s)) end
    assert(not z:verify("hsm3", key, "never said", same[0]))
    assert(not z:verify("hsm3", key, "the same", first[1]))
  end,
}
