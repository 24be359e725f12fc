-- Every pair has a sealing key of its own, also pairs whose numbers agree in the last byte, and pairs in the other order. What the
-- corrupted member's keys seal opens for its own pairs only.
local lib = use "catalogue"
local names = {}
for i = 1, 600 do names[i] = "p" .. i - 1 end
return scenario {
  title = "229 keys of pairs whose numbers agree in the last byte",
  source = "ours",
  expect = "indistinguishable",
  seal = "real",
  crypto = "ideal",
  trust = "pairwise",
  parties = names,
  environment = function (z)
    local known, secret = z:keygen("p1"), z:keygen("p257")
    lib.give(z, "p257", "p258", secret, 4)
    lib.give(z, "p1", "p2", known, 4)
    local stolen = z:corrupt("p1")
    local mine
    for _, k in ipairs(stolen.keys) do mine = k.kid == known.kid and k or mine end
    local with = {}
    for _, sealing in ipairs(stolen.sealing) do with[sealing.party] = sealing end
    assert(#stolen.sealing == 599, "a key for every other party")
    for _, pair in ipairs { { "p257", "p2" }, { "p257", "p258" }, { "p513", "p2" }, { "p2", "p258" }, { "p258", "p2" }, { "p0", "p256" } } do
      local from, to = pair[1], pair[2]
      local ticket = z:request(to, { count = 2, from = from })
      for _, peer in ipairs { "p2", "p257", "p258", "p513", "p0", "p256" } do
        lib.nothing(z:deliver(to, z:seal { with = with[peer], from = from, to = to, ticket = ticket, key = mine, a = 8, b = 10 }))
      end
      assert(z:cancel(to, ticket).kind == "cancelled")
    end
    -- what it may: seal for its own pairs
    local ticket = z:request("p258", { count = 2, from = "p1" })
    lib.accepted(z:deliver("p258", z:seal { with = with["p258"], from = "p1", to = "p258", ticket = ticket, key = mine, a = 8, b = 10 }), 2)
    -- a payload of a pair that p1 is not in stays closed
    local payload = lib.seal(z, "p257", "p2", secret, 1)
    for _, peer in ipairs { "p2", "p257", "p258" } do assert(z:open(with[peer], payload) == nil, "opens for others") end
    lib.accepted(z:deliver("p2", payload), 1)
  end,
}
