-- A corrupted member seals a seed that does not give the public key, and a public key that does not give the key id. The
-- receiver computes both.
local lib = use "catalogue"
return scenario {
  title = "39 a wrong seed under a genuine seal is not imported",
  source = "RFC section 6",
  expect = "indistinguishable",
  environment = function (z)
    local key, other = z:keygen("hsm1"), z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 2, from = "hsm1" })
    local stolen = z:corrupt("hsm1")
    local mine, theirs = stolen.keys[1], stolen.keys[2]
    if mine.vk ~= key.vk then mine, theirs = theirs, mine end
    assert(mine.vk == key.vk and theirs.vk == other.vk)
    local function deliver(what)
      return z:deliver("hsm2", z:seal { with = stolen.sealing[1], from = "hsm1", to = "hsm2", ticket = ticket, key = what,
                                        a = 2, b = 4 })
    end
    lib.nothing(deliver { kid = mine.kid, vk = mine.vk, seed = theirs.seed })
    lib.nothing(deliver { kid = mine.kid, vk = theirs.vk, seed = theirs.seed })
    lib.nothing(deliver { kid = theirs.kid, vk = mine.vk, seed = mine.seed })
    lib.nothing(deliver(theirs))
    lib.accepted(deliver(mine), 2)
    -- with a ticket for any key, too, the public key inside must be that of the seed
    ticket = z:request("hsm2", { count = 2, from = "hsm1" })
    lib.nothing(deliver { kid = theirs.kid, vk = mine.vk, seed = theirs.seed })
    lib.accepted(deliver(theirs), 2)
  end,
}
