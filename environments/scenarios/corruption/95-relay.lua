-- The relay that carries payloads is in the adversary's hands, and nothing else is. It tampers and withholds; it can deny,
-- and it can forge nothing.
local lib = use "catalogue"
return scenario {
  title = "95 only the relay is corrupted",
  source = "KLL",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local s = lib.signs(z, "hsm1", key, "genuine", 0)
    lib.give(z, "hsm1", "hsm2", key, 4)
    local withheld = lib.seal(z, "hsm1", "hsm2", key, 4)
    lib.nothing(z:deliver("hsm2", withheld:flip(8 * lib.header_bytes)))
    assert(not z:verify("hsm3", key, "forged", s), "another message")
    assert(not z:verify("hsm3", key, "forged", withheld.bytes), "a payload is no signature")
    local bytes = s.signature
    assert(not z:verify("hsm3", key, "genuine", bytes:sub(1, -2)), "cut")
    assert(not z:verify("hsm3", key, "genuine", bytes .. "\0"), "extended")
    local middle = #bytes // 2
    assert(not z:verify("hsm3", key, "genuine",
      bytes:sub(1, middle) .. string.char(bytes:byte(middle + 1) ~ 1) .. bytes:sub(middle + 2)), "flipped")
    assert(z:verify("hsm3", key, "genuine", bytes))
    lib.remaining(z, "hsm2", key, 4)
  end,
}
