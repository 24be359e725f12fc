-- A corrupted member seals 2^32 indices more than were requested: the receiver must refuse.
return scenario {
  title = "300 a stolen key seals 2^32 indices more than requested",
  source = "ours",
  expect = "indistinguishable",
  for_each = { more = { 0, 2^32 // 1, 2^33 // 1, 2^39 // 1 } },
  parties = { "hsm1", "hsm2" },
  scheme = "XMSSMT-SHA2_40/8_256",
  environment = function (z)
    local more = math.tointeger(params.more)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 2, from = "hsm1" })
    local state = z:corrupt("hsm1")
    local p = z:seal { with = state.sealing[1].key, from = "hsm1", to = "hsm2", ticket = ticket, key = state.keys[1],
                       a = 5, b = 7 + more }
    local got = z:deliver("hsm2", p)
    if more == 0 then assert(got.kind == "received") else assert(got == nil) end
  end,
}
