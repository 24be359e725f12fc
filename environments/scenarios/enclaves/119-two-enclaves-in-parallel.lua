-- Two enclaves hand a key over at the same time, with messages of one put in place of the other's; then both sign on, and
-- a break-in in one does not touch the other where the master keys are separate.
local lib = use "catalogue"
return scenario {
  title = "119 two enclaves in parallel, their messages exchanged",
  source = "ours",
  parties = { "prod1", "prod2", "test1", "test2" },
  enclaves = { prod = { "prod1", "prod2" }, test = { "test1", "test2" } },
  for_each = { shared_master = { false, true } },
  shared_master = params.shared_master,
  expect = "indistinguishable",
  environment = function (z)
    local p, t = z:keygen("prod1"), z:keygen("test1")
    local p1, pt = lib.seal(z, "prod1", "prod2", p, 4)
    local t1, tt = lib.seal(z, "test1", "test2", t, 4)
    lib.sealed_apart(p1, t1)
    for _, wrong in ipairs { t1, t1:set("ticket", pt), t1:set("ticket", pt):set("from", "prod1"):set("to", "prod2") } do
      lib.nothing(z:deliver("prod2", wrong))
    end
    for _, wrong in ipairs { p1, p1:set("ticket", tt), p1:set("ticket", tt):set("from", "test1"):set("to", "test2") } do
      lib.nothing(z:deliver("test2", wrong))
    end
    lib.accepted(z:deliver("test2", t1), 4)
    z:crash("prod2", "before")
    lib.nothing(z:deliver("prod2", p1))
    z:restart("prod2")
    lib.accepted(z:deliver("prod2", p1), 4)
    local s = lib.signs(z, "prod2", p, "m", 28)
    lib.signs(z, "test2", t, "m", 28)
    assert(not z:verify("prod2", t, "m", s), "a signature of one key is none of the other")
    z:corrupt("test2")
    lib.signs(z, "prod1", p, "m", 0)
    lib.remaining(z, "prod2", p, 3)
  end,
}
