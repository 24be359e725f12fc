-- A corrupted member's state is read to its end: each of its keys, each sealing key that it has and no other, and nothing
-- behind them. What is not of the scheme's sizes makes no payload and no signature, and only its own sealing key opens one.
local lib = use "catalogue"
return scenario {
  title = "250 what a thief has, and what it does not do",
  source = "ours",
  expect = "indistinguishable",
  for_each = { trust = { "enclave", "pairwise" }, crypto = { "ideal", "real" } },
  trust = params.trust,
  crypto = params.crypto,
  seal = "real",
  environment = function (z)
    local one, two = z:keygen("hsm1"), z:keygen("hsm1")
    local payload, ticket = lib.seal(z, "hsm1", "hsm2", one, 4)
    z:request("hsm1", { key = two, count = 7, from = "hsm3" })
    local stolen = z:corrupt("hsm1")
    assert(#stolen.keys == 2, "both keys")
    for i, key in ipairs { one, two } do
      local has = stolen.keys[i]
      assert(has.kid == key.kid and has.vk == key.vk and #has.seed > 0, "key " .. i)
    end
    assert(#stolen.sealing == (params.trust == "pairwise" and 2 or 1), "no sealing keys of others")
    for i, sealing in ipairs(stolen.sealing) do
      assert(sealing.party == (params.trust == "pairwise" and ({ "hsm2", "hsm3" })[i] or nil), "the other member")
    end
    local last = string.pack(">I4", #stolen.sealing)
    for i, sealing in ipairs(stolen.sealing) do
      last = last .. string.pack(">I4", params.trust == "pairwise" and i or 0xffffffff) .. sealing.key
    end
    assert(stolen.bytes:sub(-#last) == last, "it ends with how many sealing keys there are, and these")
    local with, key = stolen.sealing[1], stolen.keys[1]
    local opened = z:open(with, payload)
    assert(opened.kid == one.kid and opened.vk == one.vk and opened.seed == key.seed and opened.b - opened.a == 4)
    assert(z:open(("\1"):rep(32), payload) == nil, "another sealing key opens nothing")
    for _, bad in ipairs { payload:cut(-1), payload:extend("\0"), payload:cut(1), payload:cut(40), payload:set("version", 1),
                           payload:set("scheme", ("\0"):rep(8)), payload:flip(-1), payload:set("from", "hsm3") } do
      assert(z:open(with, bad) == nil, "what was altered does not open")
      lib.nothing(z:deliver("hsm2", bad))
    end
    local function seal(vk, seed)
      return pcall(z["seal"], z, { with = with, from = "hsm1", to = "hsm2", ticket = ticket, key = { vk = vk, seed = seed }, a = 8, b = 12 })
    end
    assert(not seal(key.vk:sub(2), key.seed) and not seal(key.vk .. "\0", key.seed), "a key of another size")
    assert(not seal(key.vk, key.seed:sub(2)) and not seal(key.vk, key.seed .. "\0"), "a seed of another size")
    assert(not pcall(z["forge"], z, key.seed .. "\0", 0, "m") and not pcall(z["forge"], z, key.seed, one.capacity, "m"))
    local forged = z:forge(key.seed, one.capacity - 1, "m")
    assert(z:verify("hsm2", one, "m", forged) and not z:verify("hsm2", one, "n", forged) and not z:verify("hsm2", two, "m", forged))
    local fine, made = seal(key.vk, key.seed)
    assert(fine and z:open(with, made).a == 8)
    lib.accepted(z:deliver("hsm2", made), 4)
  end,
}
