-- What may be asked for and handed over at once: 1 to 2^31 - 1, on both sides of every width of a field. The block is the top
-- of the key, and its size is the count to the last digit.
local lib = use "catalogue"
return scenario {
  title = "212 counts on both sides of 2^8, 2^16, 2^31, 2^32",
  source = "ours",
  expect = "indistinguishable",
  crypto = "ideal",
  scheme = "XMSSMT-SHA2_60/12_256",
  environment = function (z)
    local key = z:keygen("hsm1")
    local top = key.capacity
    assert(top == 1 << 60)
    local used = z:request("hsm2", { key = key, count = 1, from = "hsm1" })
    for _, edge in ipairs { 0, 1 << 8, 1 << 16, 1 << 31, 1 << 32, 1 << 33, 1 << 62 } do
      for count = edge - 1, edge + 1 do
        if count >= 1 and count < 1 << 31 then
          local _, got = lib.give(z, "hsm1", "hsm2", key, count)
          assert(got.b == top and got.a == top - count, "the block is the top of what is owned")
          top = top - count
          lib.remaining(z, "hsm1", key, top)
          lib.remaining(z, "hsm2", key, (1 << 60) - top)
        else
          lib.refused(z:request("hsm2", { key = key, count = count, from = "hsm1" }), "bad-count")
          lib.refused(z:transfer("hsm1", { key = key, count = count, to = "hsm2", ticket = used }), "bad-count")
        end
      end
    end
    lib.signs(z, "hsm2", key, "the lowest of all that came", top)
  end,
}
