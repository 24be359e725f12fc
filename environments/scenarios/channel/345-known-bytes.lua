-- A payload of given contents under a given key has these bytes. They were made from docs/protocol.md with another library
-- (Python's hashlib and cryptography), since both worlds of a run share one code and would agree on any.
local function range(first, last)
  local bytes = {}
  for i = first, last do bytes[#bytes + 1] = string.char(i) end
  return table.concat(bytes)
end
local header = "00025bd177a25d54bfd59748358c94bed99b4329ed919659957f000000010000000274747474747474747474747474747474"
local digest = "cfc167123e90bce2e7b1f98558fa947c2eeac69470121cfba7469a6a6b91112e"
local sealed = "643b383d0ab0708729ddf165363f4674ec24246859485458591c9c5a11b1038f56d13a9d1a8607ec648ed7b25637211b2d4c30582b248cce" ..
               "1816d93fe627a39333a8e786661430863c39f1f2479d0f604dcd8ae6d0dee1a7251d6e58bcccea11d54b945c8a1d7140387a930ee4d8205b" ..
               "2de95728ab5e1222da02bd8d3e9f69cb46fbc74fb2e5974ab2c572a69b1fd1914c140f40c9258819"
return scenario {
  title = "345 a payload has the bytes that the page says",
  source = "ours",
  expect = "indistinguishable",
  seal = "real",
  environment = function (z)
    local with = ("k"):rep(32)
    local payload = z:seal { with = with, from = "hsm2", to = "hsm3", ticket = ("t"):rep(16), a = 3, b = (1 << 40) + 5,
                             key = { vk = range(0, 55), seed = range(100, 147) } }
    assert(payload.bytes == unhex(header .. digest .. sealed), "other bytes than docs/protocol.md gives")
    local h, text = payload:header(), unhex(header)
    assert(h.version == 2 and h.scheme == text:sub(3, 10) and h.enclave == text:sub(11, 26) and h.from == "hsm2" and
           h.to == "hsm3" and h.ticket == text:sub(35, 50) and h.digest == unhex(digest), "its header is read so, too")
    local again = payload
    for name, value in pairs(h) do again = again:set(name, value) end
    assert(again.bytes == payload.bytes, "and written")
    local inside = z:open(with, payload)
    assert(inside.vk == range(0, 55) and inside.seed == range(100, 147) and inside.a == 3 and inside.b == (1 << 40) + 5)
    assert(z:deliver("hsm3", payload) == nil, "no member has that key")
  end,
}
