-- The payload is dropped for ever. The source must not use its keys again: they are lost.
local lib = use "catalogue"
return scenario {
  title = "47 a payload is dropped for ever",
  source = "RFC section 5.4, TR",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.seal(z, "hsm1", "hsm2", key, 4)
    local seen = {}
    lib.use_up(z, "hsm1", key, seen)
    assert(lib.count(seen) == 28, "the four that were sent are not signed with")
    for i = 28, 31 do assert(not seen[i], "index " .. i .. " was on its way") end
    lib.refused(z:status("hsm2", key), "unknown-key")
  end,
}
