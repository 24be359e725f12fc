-- Ids that are joined without lengths give one key for (1, 23) and (12, 3). Here every field of the header has a fixed
-- width; moving bytes over a border between two fields must not open the seal, and sender 1 with receiver 12 must not get the
-- key of sender 11 with receiver 2.
local lib = use "catalogue"
return scenario {
  title = "66 bytes move over the borders of header fields",
  source = "ours",
  expect = "indistinguishable",
  parties = { "hsm0", "hsm1", "hsm2", "hsm3", "hsm4", "hsm5", "hsm6", "hsm7", "hsm8", "hsm9", "hsm10", "hsm11", "hsm12" },
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.seal(z, "hsm1", "hsm2", key, 4)
    local bytes = payload.bytes
    local tried = 0
    local function dropped(moved)
      if moved ~= bytes then
        lib.nothing(z:deliver("hsm2", moved))
        tried = tried + 1
      end
    end
    for _, border in ipairs { 2, 10, 26, 30, 34, 50 } do
      local before, after = bytes:sub(1, border), bytes:sub(border + 1)
      dropped(before .. after:sub(2))
      dropped(before .. "\0" .. after)
      dropped(before:sub(1, -2) .. after:sub(1, 1) .. before:sub(-1) .. after:sub(2))
    end
    assert(tried >= 15, "most borders have different bytes on both sides")
    lib.accepted(z:deliver("hsm2", payload), 4)
    lib.give(z, "hsm1", "hsm11", key, 4)
    local joined, ticket = lib.seal(z, "hsm1", "hsm12", key, 2)
    lib.sealed_apart(joined, z:transfer("hsm11", { key = key, count = 2, to = "hsm2", ticket = ticket }))
    lib.accepted(z:deliver("hsm12", joined), 2)
  end,
}
