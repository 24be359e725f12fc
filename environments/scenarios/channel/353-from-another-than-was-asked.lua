-- A ticket names who was asked, also where it leaves the key open. A genuine payload of somebody else, sealed with a key that
-- the receiver has, for that very ticket, is not taken; that of the one who was asked is.
local lib = use "catalogue"
return scenario {
  title = "353 a payload for the ticket from another than was asked",
  source = "ours",
  expect = "indistinguishable",
  for_each = { trust = { "enclave", "pairwise" }, any = { true, false }, knows = { true, false } },
  trust = params.trust,
  crypto = "ideal",
  capacity = 8,
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm3", key, 3)
    if params.knows then lib.give(z, "hsm1", "hsm2", key, 1) end
    local ticket = z:request("hsm2", { key = not params.any and key or nil, count = 1, from = "hsm1" })
    local order = { key = key, count = 1, to = "hsm2", ticket = ticket }
    local wrong, right = z:transfer("hsm3", order), z:transfer("hsm1", order)
    lib.nothing(z:deliver("hsm2", wrong))
    z:crash("hsm2") z:restart("hsm2")
    lib.nothing(z:deliver("hsm2", wrong))
    local got = lib.accepted(z:deliver("hsm2", right), 1)
    assert(got.from == "hsm1")
    lib.nothing(z:deliver("hsm2", wrong))
    lib.remaining(z, "hsm2", key, params.knows and 2 or 1)
  end,
}
