-- HSS with two levels: the bottom tree is used up and power fails while the next one begins. Lower trees follow from the
-- seed, so a top leaf can only ever sign one root. The block that was handed over spans two bottom trees.
local lib = use "catalogue"
return scenario {
  title = "100 a crash at the boundary of two bottom trees",
  source = "CISCO, CPP, RFC section 5.2",
  expect = "indistinguishable",
  scheme = "HSS:LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8,LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
  environment = function (z)
    local key = z:keygen("hsm1")
    assert(key.capacity == 1024)
    local _, block = lib.give(z, "hsm1", "hsm2", key, 1024 - 30)
    assert(block.a == 30)
    lib.signs(z, "hsm2", key, "in the first tree", 30)
    lib.signs(z, "hsm2", key, "the last of the first tree", 31)
    z:crash("hsm2", "middle")
    lib.nothing(z:sign("hsm2", key, "the first of the second tree"))
    z:restart("hsm2")
    lib.signs(z, "hsm2", key, "in the second tree", 33)
    z:crash("hsm2", "before")
    lib.nothing(z:sign("hsm2", key, "not yet"))
    z:restart("hsm2")
    lib.signs(z, "hsm2", key, "still in the second tree", 34)
    lib.signs(z, "hsm1", key, "the other owner", 0)
  end,
}
