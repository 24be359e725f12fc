-- Two hosts sign with one key. Each has its own range; used to the end, no index signs twice and none is left over.
local lib = use "catalogue"
return scenario {
  title = "41 two holders of one key sign until nothing is left",
  source = "EIP",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm2", key, 12)
    local seen = {}
    lib.use_up(z, "hsm2", key, seen)
    lib.use_up(z, "hsm1", key, seen)
    assert(lib.count(seen) == 32, "every index signs once")
  end,
}
