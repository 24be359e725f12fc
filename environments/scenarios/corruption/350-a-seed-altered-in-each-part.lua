-- A corrupted member seals its key with one bit of the seed altered, in each part of it. The public key fixes every bit: whatever
-- is altered is refused, by a member that knows the key and by one that does not. A private key of XMSS has a part that the
-- public key says nothing of, SK_PRF: with another one the receiver would make other signatures than the functionality.
local lib = use "catalogue"
-- bytes of a hash value: what the parts of a seed are as long as
local n = { ["XMSS-SHA2_10_256"] = 32, ["XMSS-SHA2_10_192"] = 24, ["XMSSMT-SHA2_20/4_256"] = 32, ["XMSSMT-SHAKE256_20/4_192"] = 24,
            ["LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W8"] = 24,
            ["HSS:LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8,LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8"] = 32 }
return scenario {
  title = "350 a stolen key is handed over with a bit of its seed altered",
  source = "ours",
  expect = "indistinguishable",
  for_each = { set = { "XMSS-SHA2_10_256", "XMSS-SHA2_10_192", "XMSSMT-SHA2_20/4_256", "XMSSMT-SHAKE256_20/4_192",
                       "LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W8",
                       "HSS:LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8,LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8" } },
  scheme = params.set,
  environment = function (z)
    local key, part = z:keygen("hsm1"), n[params.set]
    lib.give(z, "hsm1", "hsm3", key, 2) -- who knows the key then; hsm2 does not
    local unknown = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    local known = z:request("hsm3", { key = key, count = 4, from = "hsm1" })
    local state = z:corrupt("hsm1")
    local stolen = state.keys[1]
    local function deliver(to, ticket, seed)
      return z:deliver(to, z:seal { with = state.sealing[1], from = "hsm1", to = to, ticket = ticket, a = 8, b = 12,
                                    key = { kid = stolen.kid, vk = stolen.vk, seed = seed } })
    end
    local function altered(at, bit)
      return stolen.seed:sub(1, at) .. string.char(stolen.seed:byte(at + 1) ~ bit) .. stolen.seed:sub(at + 2)
    end
    for from = 0, #stolen.seed - 1, part do
      local last = math.min(from + part, #stolen.seed) - 1
      for _, seed in ipairs { altered(from, 0x80), altered(last, 1) } do
        deliver("hsm2", unknown, seed)
        deliver("hsm3", known, seed)
      end
      z:sign("hsm2", key, "whatever came: " .. from)
      z:sign("hsm3", key, "whatever came: " .. from)
    end
    lib.accepted(deliver("hsm2", unknown, stolen.seed), 4)
    lib.accepted(deliver("hsm3", known, stolen.seed), 4)
    -- who has the seed signs what everybody signs who has it
    local s = lib.signs(z, "hsm2", key, "m", 8)
    assert(z:forge(stolen.seed, 8, "m") == s.signature)
  end,
}
