-- A party hands over the whole tree at once: nothing is left beside the block.
return scenario {
  title    = "a block as large as the tree",
  source   = "docs/functionality.md, transfer",
  crypto   = "ideal",
  capacity = 4,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    z:deliver("hsm2", z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = ticket }))
    assert(z:status("hsm1", key).remaining == 0 and z:status("hsm2", key).remaining == 4)
  end,
}
