-- The payload of the second transfer arrives before that of the first.
local lib = use "catalogue"
return scenario {
  title = "56 payloads arrive in another order",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local one, two = lib.seal(z, "hsm1", "hsm2", key, 4), lib.seal(z, "hsm1", "hsm2", key, 3)
    lib.accepted(z:deliver("hsm2", two), 3)
    lib.signs(z, "hsm2", key, "between", 25)
    lib.accepted(z:deliver("hsm2", one), 4)
    lib.remaining(z, "hsm2", key, 6)
    lib.remaining(z, "hsm1", key, 25)
    local seen = { [25] = true }
    lib.use_up(z, "hsm2", key, seen)
    lib.use_up(z, "hsm1", key, seen)
    assert(lib.count(seen) == 32)
  end,
}
