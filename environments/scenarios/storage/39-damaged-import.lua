-- A seed is damaged on its way. The seal shows it; with a flipped bit in any of these places nothing is imported, and the
-- whole payload still is afterwards.
local lib = use "catalogue"
return scenario {
  title = "39 a damaged seed is not imported",
  source = "RFC section 6",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payload = lib.seal(z, "hsm1", "hsm2", key, 3)
    local size = #payload.bytes
    for _, at in ipairs { 51, 70, 90, 130, size - 33, size - 17 } do
      lib.nothing(z:deliver("hsm2", payload:flip(8 * at)))
    end
    lib.refused(z:status("hsm2", key), "unknown-key")
    lib.accepted(z:deliver("hsm2", payload), 3)
    lib.signs(z, "hsm2", key, "m", 29)
  end,
}
