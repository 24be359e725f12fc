-- A payload has one length. Nothing else is taken: no byte, a header alone, one byte less or more, as much more as a length
-- of one or two bytes does not tell. After all of it the genuine one is.
local lib = use "catalogue"
return scenario {
  title = "221 deliveries of every length, and very many of them",
  source = "ours",
  expect = "indistinguishable",
  for_each = { crypto = { "ideal", "real" } },
  crypto = params.crypto,
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.seal(z, "hsm1", "hsm2", key, 4)
    local whole = #payload.bytes
    for length = 0, whole - 1 do lib.nothing(z:deliver("hsm2", payload:cut(length))) end
    for _, more in ipairs { 1, 2, 15, 16, 255, 256, 257, 65535, 65536, 65537, whole, (1 << 16) - whole, 1 << 20 } do
      lib.nothing(z:deliver("hsm2", payload:extend(string.rep("\0", more))))
    end
    for _, length in ipairs { 1, 255, 256, 65535, 65536 } do lib.nothing(z:deliver("hsm2", string.rep("x", length))) end
    lib.refused(z:status("hsm2", key), "unknown-key")
    lib.accepted(z:deliver("hsm2", payload), 4)
    for i = 1, 300 do
      lib.nothing(z:deliver(i % 2 == 0 and "hsm2" or "hsm3", payload))
      if i == 257 then lib.signs(z, "hsm2", key, "used", 28) end
    end
    lib.remaining(z, "hsm2", key, 3)
  end,
}
