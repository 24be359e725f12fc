-- Who has an enclave's master key opens what its other members send each other, whichever enclave it is: a module that
-- neither sent nor received is broken into, and the key that passed it by is the thief's.
local lib = use "catalogue"
return scenario {
  title = "359 a third member of the second enclave is broken into",
  source = "ours",
  expect = "indistinguishable",
  parties = { "p1", "p2", "p3", "t1", "t2", "t3" },
  enclaves = { prod = { "p1", "p2", "p3" }, test = { "t1", "t2", "t3" } },
  for_each = { enclave = { "p", "t" } },
  environment = function (z)
    local here, there = params.enclave, params.enclave == "p" and "t" or "p"
    local key, other = z:keygen(here .. 1), z:keygen(there .. 1)
    local payload = lib.seal(z, here .. 1, here .. 2, key, 4)
    local elsewhere = lib.seal(z, there .. 1, there .. 2, other, 4)
    local stolen = z:corrupt(here .. 3)
    assert(#stolen.keys == 0, "it never had a key")
    local inside = z:open(stolen.sealing[1], payload)
    assert(z:verify(there .. 3, key, "forged", z:forge(inside, 30, "forged")), "the thief has the whole key")
    assert(not z:open(stolen.sealing[1], elsewhere), "and none of the other enclave")
    lib.signs(z, there .. 1, other, "goes on", 0)
    lib.accepted(z:deliver(there .. 2, elsewhere), 4)
  end,
}
