-- The record of an import is torn. After the restart the payload is there wholly or not at all, and delivered again it is
-- there once.
local lib = use "catalogue"
return scenario {
  title = "72 the record of an import is torn",
  source = "ours",
  expect = "indistinguishable",
  storage = "torn",
  environment = function (z)
    local key = z:keygen("hsm1")
    local seen = {}
    for _, point in ipairs { "torn-head", "torn-tail" } do
      local payload = lib.seal(z, "hsm1", "hsm2", key, 4)
      z:crash("hsm2", point)
      lib.nothing(z:deliver("hsm2", payload))
      z:restart("hsm2")
      z:deliver("hsm2", payload)
      lib.nothing(z:deliver("hsm2", payload))
      lib.remaining(z, "hsm2", key, 4)
      lib.use_up(z, "hsm2", key, seen)
    end
    assert(lib.count(seen) == 8)
  end,
}
