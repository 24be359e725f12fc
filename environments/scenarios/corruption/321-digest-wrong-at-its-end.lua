-- A member that knows the master key writes any digest: every byte of it must be compared.
return scenario {
  title = "321 a digest wrong in its last byte",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local t = z:request("hsm2", { key = key, count = 2, from = "hsm1" })
    local p = z:transfer("hsm1", { key = key, count = 2, to = "hsm2", ticket = t })
    local state = z:corrupt("hsm3")
    local seal = state.sealing[1].key
    local inside = z:open(seal, p)
    local d = p:header().digest
    local bad = d:sub(1, 31) .. string.char(d:byte(32) ~ 1)
    local forged = z:seal { with = seal, from = "hsm1", to = "hsm2", ticket = t, key = inside, a = inside.a, b = inside.b, digest = bad }
    assert(z:deliver("hsm2", forged) == nil)
  end,
}
