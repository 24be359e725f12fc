-- One block goes from HSM 1 over 2 and 3 back to 1 and on to 2. At every hop all old payloads are delivered to everybody
-- again.
local lib = use "catalogue"
return scenario {
  title = "74 a block goes in a circle, with replays at every hop",
  source = "ours",
  expect = "indistinguishable",
  capacity = 4,
  environment = function (z)
    local key = z:keygen("hsm1")
    local old = {}
    local route = { "hsm1", "hsm2", "hsm3", "hsm1", "hsm2" }
    for hop = 1, #route - 1 do
      local payload, block = lib.give(z, route[hop], route[hop + 1], key, 3)
      assert(block.a == 1 and block.b == 4, "always the same block")
      old[#old + 1] = payload
      for _, p in ipairs(old) do
        for _, party in ipairs { "hsm1", "hsm2", "hsm3" } do lib.nothing(z:deliver(party, p)) end
      end
      lib.remaining(z, route[hop + 1], key, route[hop + 1] == "hsm1" and 4 or 3)
    end
    local seen = {}
    for _, party in ipairs { "hsm1", "hsm2", "hsm3" } do lib.use_up(z, party, key, seen) end
    assert(lib.count(seen) == 4)
  end,
}
