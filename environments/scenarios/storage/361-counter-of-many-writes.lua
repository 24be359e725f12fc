-- A hardware counter counts every write: a state that is any power of two of writes old is refused, also beyond a byte. Each
-- write is a ticket opened or closed, and each module is set back by another number of them.
local lib = use "catalogue"
return scenario {
  title = "361 states 1, 2, 4 ... 512 writes old, with a hardware counter",
  source = "ours",
  expect = "indistinguishable",
  parties = { "hsm1", "hsm2" },
  storage = "monotonic",
  crypto = "ideal",
  for_each = { back = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512 } },
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm2", key, 4)
    lib.signs(z, "hsm1", key, "before", 0) -- keygen, the transfer and this: three writes
    for _ = 1, (params.back + 1) // 2 do
      assert(z:cancel("hsm1", z:request("hsm1", { key = key, count = 1, from = "hsm2" })).kind == "cancelled")
    end
    z:restore("hsm1", 3 + params.back % 2)
    z:restart("hsm1")
    lib.nothing(z:sign("hsm1", key, "never"))
    lib.signs(z, "hsm2", key, "the others go on", 28)
  end,
}
