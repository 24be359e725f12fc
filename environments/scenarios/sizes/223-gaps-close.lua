-- Three neighbouring blocks that arrive in every order: what touches is one interval, above, below and on both sides, so it can
-- be handed on in one piece.
local lib = use "catalogue"
return scenario {
  title = "223 blocks that arrive in every order are joined, and handed on as one",
  source = "ours",
  expect = "indistinguishable",
  for_each = { order = { "123", "132", "213", "231", "312", "321" }, reservation = { 0, 1, 5 } },
  crypto = "ideal",
  capacity = 20,
  reservation = params.reservation,
  environment = function (z)
    local key = z:keygen("hsm1")
    local block = {}
    for i = 3, 1, -1 do block[i] = lib.seal(z, "hsm1", "hsm2", key, i + 1) end -- [11,13) [13,16) [16,20)
    local low = { 11, 13, 16 }
    local mine = {}
    for i = 1, 3 do
      local which = tonumber(params.order:sub(i, i))
      local got = lib.accepted(z:deliver("hsm2", block[which]), which + 1)
      assert(got.a == low[which])
      for index = got.a, got.b - 1 do mine[index] = true end
      local intervals, count = 0, 0
      for index = 11, 20 do
        if mine[index] then count = count + 1 end
        if mine[index] and not mine[index - 1] then intervals = intervals + 1 end
      end
      local status = z:status("hsm2", key)
      assert(#status.intervals == intervals and status.remaining == count)
    end
    lib.signs(z, "hsm2", key, "the lowest", 11)
    local _, got = lib.give(z, "hsm2", "hsm3", key, 8)
    assert(got.a == 12 and got.b == 20, "all of it in one piece, with what was reserved")
    lib.refused(z:sign("hsm2", key, "nothing is left"), "exhausted")
    lib.signs(z, "hsm3", key, "handed on", 12)
    -- and back, to the one that has the rest
    local back = lib.accepted(z:deliver("hsm1", (lib.seal(z, "hsm3", "hsm1", key, 7))), 7)
    assert(back.a == 13)
    lib.signs(z, "hsm1", key, "below", 0)
    lib.remaining(z, "hsm1", key, 17)
  end,
}
