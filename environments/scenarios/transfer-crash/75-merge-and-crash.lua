-- Two blocks that touch come together at the receiver, which crashes at every point of the second import. No index is there
-- twice, none that was used comes back.
local lib = use "catalogue"
return scenario {
  title = "75 adjacent blocks are joined, with a crash inside",
  source = "RFC",
  expect = "indistinguishable",
  environment = function (z)
    for _, point in ipairs { "before", "middle", "after" } do
      local key = z:keygen("hsm1")
      local high, low = lib.seal(z, "hsm1", "hsm2", key, 8), lib.seal(z, "hsm1", "hsm2", key, 8)
      lib.accepted(z:deliver("hsm2", high), 8)
      local first = lib.signs(z, "hsm2", key, "before the join", 24)
      z:crash("hsm2", point)
      z:deliver("hsm2", low)
      z:restart("hsm2")
      z:deliver("hsm2", low)
      lib.nothing(z:deliver("hsm2", high))
      lib.remaining(z, "hsm2", key, 15)
      local seen = { [first.index] = true }
      lib.use_up(z, "hsm2", key, seen)
      lib.use_up(z, "hsm1", key, seen)
      assert(lib.count(seen) == 32)
    end
  end,
}
