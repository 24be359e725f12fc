-- A counter goes from 0x00ff to 0x0100 and the write is torn, so that a value below the old one appears. Here the record is
-- torn in its middle, in both orders, and not at every byte; the checksum does not know where.
local lib = use "catalogue"
return scenario {
  title = "6 a carry in the index is torn, in both orders",
  source = "ours",
  expect = "indistinguishable",
  storage = "torn",
  scheme = "LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W4",
  environment = function (z)
    local key = z:keygen("hsm1")
    local _, block = lib.give(z, "hsm1", "hsm2", key, 1024 - 0xfe)
    assert(block.a == 0xfe)
    lib.signs(z, "hsm2", key, "below", 0xfe)
    for _, point in ipairs { "torn-head", "torn-tail" } do
      z:crash("hsm2", point)
      lib.nothing(z:sign("hsm2", key, "at the carry"))
      z:restart("hsm2")
    end
    local last = 0xfe
    for _, point in ipairs { "torn-tail", "torn-head" } do
      local s = lib.signs(z, "hsm2", key, "after " .. point)
      assert(s.index > last, "index " .. s.index .. " after " .. last)
      last = s.index
      z:crash("hsm2", point)
      lib.nothing(z:sign("hsm2", key, "above the carry"))
      z:restart("hsm2")
    end
    assert(lib.signs(z, "hsm2", key, "above").index > last)
    assert(z:status("hsm2", key).remaining == 1024 - 0x102)
  end,
}
