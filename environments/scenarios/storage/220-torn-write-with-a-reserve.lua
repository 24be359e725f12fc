-- A write that is torn never took place: the record carries its number, so its checksum finds out every mixture, also where
-- the halves look alike, and the last whole record counts. What the write was to reserve stays owned; what was reserved
-- before is volatile and lost, as in every crash.
local lib = use "catalogue"
return scenario {
  title = "220 a torn write takes nothing with it, with and without a reserve",
  source = "ours",
  expect = "indistinguishable",
  storage = "torn",
  capacity = 16,
  for_each = { reservation = { 0, 1, 3 }, point = { "torn-head", "torn-tail" } },
  reservation = params.reservation,
  environment = function (z)
    local key = z:keygen("hsm1")
    local function owns(a)
      local s = z:status("hsm1", key)
      assert(#s.intervals == 1 and s.intervals[1].a == a and s.intervals[1].b == 16, "expected [" .. a .. ",16)")
    end
    z:crash("hsm1", params.point)
    lib.nothing(z:sign("hsm1", key, "torn"))
    z:restart("hsm1")
    owns(0)
    lib.signs(z, "hsm1", key, "one", 0)
    owns(1)
    z:crash("hsm1", params.point)
    local written = 1
    for i = 1, params.reservation do -- from the reserve: nothing is written, so nothing is torn
      lib.signs(z, "hsm1", key, "reserved " .. i, i)
      written = i + 1
    end
    lib.nothing(z:sign("hsm1", key, "torn again"))
    z:restart("hsm1")
    owns(written)
    lib.signs(z, "hsm1", key, "two", written)
    -- a ticket makes the record shorter when it goes and longer when it comes: neither half is of one length then
    local ticket = z:request("hsm1", { key = key, count = 1, from = "hsm2" })
    z:crash("hsm1", params.point)
    lib.nothing(z:cancel("hsm1", ticket))
    z:restart("hsm1")
    assert(z:cancel("hsm1", ticket).kind == "cancelled", "the ticket is there still")
    owns(written + 1 + params.reservation)
    z:crash("hsm1", params.point)
    lib.nothing(z:transfer("hsm1", { key = key, count = 1, to = "hsm2", ticket = ("\1"):rep(16) }))
    z:restart("hsm1")
    owns(written + 1 + params.reservation)
  end,
}
