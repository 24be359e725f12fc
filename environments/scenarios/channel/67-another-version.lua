-- A payload under another key version. There is one key version here and no roll-over; the version in the header is that of
-- the format, and any other is refused.
local lib = use "catalogue"
return scenario {
  title = "67 a payload says another version",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.seal(z, "hsm1", "hsm2", key, 4)
    for _, version in ipairs { 0, 1, 3, 255, 256, 65535 } do
      lib.nothing(z:deliver("hsm2", payload:set("version", version)))
    end
    lib.accepted(z:deliver("hsm2", payload), 4)
  end,
}
