-- A key is imported without state. In this protocol a payload always carries the indices that come with it, and an empty
-- block cannot be asked for or sent.
local lib = use "catalogue"
return scenario {
  title = "28 a key cannot be imported without its indices",
  source = "EIP section 6",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.refused(z:request("hsm2", { key = key, count = 0, from = "hsm1" }), "bad-count")
    local ticket = z:request("hsm2", { key = key, count = 1, from = "hsm1" })
    lib.refused(z:transfer("hsm1", { key = key, count = 0, to = "hsm2", ticket = ticket }), "bad-count")
    local payload = z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ticket })
    local block = lib.accepted(z:deliver("hsm2", payload), 1)
    lib.signs(z, "hsm2", key, "starts where its block starts", block.a)
  end,
}
