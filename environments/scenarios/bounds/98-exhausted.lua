-- An empty own set: sign must say so. It does not wrap to 0 and borrows from nobody.
local lib = use "catalogue"
return scenario {
  title = "98 sign with an empty own set",
  source = "EIP section 5",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm2", key, 30)
    local seen = {}
    lib.use_up(z, "hsm1", key, seen)
    assert(lib.count(seen) == 2 and seen[0] and seen[1])
    for _ = 1, 3 do lib.refused(z:sign("hsm1", key, "more"), "exhausted") end
    lib.remaining(z, "hsm1", key, 0)
    lib.remaining(z, "hsm2", key, 30)
  end,
}
