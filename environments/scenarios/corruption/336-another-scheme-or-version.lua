-- A thief of the sealing key writes another scheme, or another version of the format, into the header before he seals. The
-- seal opens, and nobody takes it: not even a name that differs in its last byte.
local lib = use "catalogue"
return scenario {
  title = "336 a thief of the sealing key names another scheme, or another version",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    local stolen = z:corrupt("hsm1")
    local function sealed(changed)
      changed = changed or {}
      return z:seal { with = stolen.sealing[1], from = "hsm1", to = "hsm2", ticket = ticket, key = stolen.keys[1],
                      a = 8, b = 12, version = changed.version, scheme = changed.scheme }
    end
    local right = sealed()
    local name, version = right:header().scheme, right:header().version
    local near = name:sub(1, 7) .. string.char(name:byte(8) ~ 1)
    for _, scheme in ipairs { near, string.char(name:byte(1) ~ 1) .. name:sub(2), ("\0"):rep(8) } do
      lib.nothing(z:deliver("hsm2", sealed { scheme = scheme }))
    end
    for _, other in ipairs { 0, version - 1, version + 1, version + 256, 65535 } do
      local payload = sealed { version = other }
      lib.nothing(z:deliver("hsm2", payload))
      assert(z:open(stolen.sealing[1], payload) == nil, "the version is read first")
    end
    assert(sealed({ scheme = name, version = version }).bytes == right.bytes)
    lib.accepted(z:deliver("hsm2", right), 4)
  end,
}
