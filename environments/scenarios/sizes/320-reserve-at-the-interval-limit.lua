-- own: reserve [1,2), stable none; [3,4) arrives where one interval is the limit
return scenario {
  title = "320 the reserve is an interval too, at the limit",
  source = "ours",
  expect = "indistinguishable",
  parties = { "hsm1", "hsm2" }, crypto = "ideal",
  capacity = 6, reservation = 1, limits = { intervals = 1 },
  environment = function (z)
    local key = z:keygen("hsm1")
    local t = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    local p = z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = t })   -- [2,6); hsm1 has [0,2)
    z:deliver("hsm2", p)
    z:sign("hsm1", key, "a")                                   -- 0; reserve [1,2)
    local t2 = z:request("hsm1", { key = key, count = 1, from = "hsm2" })
    local p2 = z:transfer("hsm2", { key = key, count = 1, to = "hsm1", ticket = t2 }) -- [5,6)
    assert(z:deliver("hsm1", p2) == nil)
    assert(z:status("hsm1", key).remaining == 1)
  end,
}
