-- Ends of intervals counted in and out: neighbours at a border must not share a leaf, and none may fall between them.
local lib = use "catalogue"
return scenario {
  title = "104 owners of adjacent intervals",
  source = "EIP",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local _, high = lib.give(z, "hsm1", "hsm2", key, 10)
    local _, middle = lib.give(z, "hsm1", "hsm3", key, 10)
    assert(high.a == 22 and high.b == 32 and middle.a == 12 and middle.b == 22)
    local own = z:status("hsm1", key).intervals
    assert(#own == 1 and own[1].a == 0 and own[1].b == 12)
    local seen = {}
    for _, party in ipairs { "hsm2", "hsm1", "hsm3" } do lib.use_up(z, party, key, seen) end
    assert(lib.count(seen) == 32)
    for i = 0, 31 do assert(seen[i] == (i < 12 and "hsm1" or i < 22 and "hsm3" or "hsm2"), "index " .. i) end
  end,
}
