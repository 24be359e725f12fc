-- A payload of given contents under a given key has these bytes. They were made from docs/protocol.md with another library
-- (Python's hashlib and cryptography), since both worlds of a run share one code and would agree on any.
local function range(first, last)
  local bytes = {}
  for i = first, last do bytes[#bytes + 1] = string.char(i) end
  return table.concat(bytes)
end
local header = "00025bd177a25d54bfd59748358c94bed99b4329ed919659957f000000000000000174747474747474747474747474747474"
local digest = "5d11b10d60edc549c554836e2dfc9188d2aed2aaf4097b9203e40fa7bd29d19c"
local sealed = "aeaeb2b5f61673b10f4e2227b7a932915d12e4ec50849bada4c204662b8aed565733974d80a1aea649f2b345cf0fb3be530d3a7f112b2c6d" ..
               "fd4c2a6980847f5d78f116db2f3277d036291a6cd0953fc1a6ccb353a3e30c922a826d912b4ec6ee950eb2bf3d6b354f919621780ba651dd" ..
               "899bb63f5d0c008ab95166f999327f5e99eb0fb44e0e7558b2388a05d6a72d6561a0ff3b50a7b72e"
return scenario {
  title = "345 a payload has the bytes that the page says",
  source = "ours",
  expect = "indistinguishable",
  seal = "real",
  environment = function (z)
    local with = ("k"):rep(32)
    local payload = z:seal { with = with, from = "hsm1", to = "hsm2", ticket = ("t"):rep(16), a = 3, b = (1 << 40) + 5,
                             key = { vk = range(0, 55), seed = range(100, 147) } }
    assert(payload.bytes == unhex(header .. digest .. sealed), "other bytes than docs/protocol.md gives")
    local inside = z:open(with, payload)
    assert(inside.vk == range(0, 55) and inside.seed == range(100, 147) and inside.a == 3 and inside.b == (1 << 40) + 5)
  end,
}
