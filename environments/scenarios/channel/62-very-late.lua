-- A payload arrives after everything else has long happened. Tickets do not expire here: it is accepted, once.
local lib = use "catalogue"
return scenario {
  title = "62 a payload arrives very late",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local late = lib.seal(z, "hsm1", "hsm2", key, 4)
    for _ = 1, 3 do
      lib.give(z, "hsm1", "hsm2", key, 2)
      lib.give(z, "hsm2", "hsm1", key, 2)
      lib.signs(z, "hsm1", key, "time goes by")
    end
    lib.use_up(z, "hsm1", key, {})
    lib.accepted(z:deliver("hsm2", late), 4)
    lib.nothing(z:deliver("hsm2", late))
    lib.signs(z, "hsm2", key, "late", 28)
    lib.remaining(z, "hsm2", key, 3)
  end,
}
