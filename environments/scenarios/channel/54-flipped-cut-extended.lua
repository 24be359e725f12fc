-- One bit of every byte of the header, of the seal's tag and of some of its body is flipped; the payload is cut and
-- extended. None is accepted, and the unchanged one still is.
local lib = use "catalogue"
return scenario {
  title = "54 a payload is flipped, cut and extended",
  source = "TR",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.seal(z, "hsm1", "hsm2", key, 4)
    local size = #payload.bytes
    for at = 0, lib.header_bytes - 1 do lib.nothing(z:deliver("hsm2", payload:flip(8 * at + at % 8))) end
    for at = lib.header_bytes, size - 17, 9 do lib.nothing(z:deliver("hsm2", payload:flip(8 * at + at % 8))) end
    for at = size - 16, size - 1 do lib.nothing(z:deliver("hsm2", payload:flip(8 * at + at % 8))) end
    for _, length in ipairs { 0, 1, lib.header_bytes - 1, lib.header_bytes, lib.header_bytes + 16, size - 1 } do
      lib.nothing(z:deliver("hsm2", payload.bytes:sub(1, length)))
    end
    lib.nothing(z:deliver("hsm2", payload.bytes .. "\0"))
    lib.nothing(z:deliver("hsm2", payload.bytes .. payload.bytes))
    lib.refused(z:status("hsm2", key), "unknown-key")
    lib.accepted(z:deliver("hsm2", payload), 4)
  end,
}
