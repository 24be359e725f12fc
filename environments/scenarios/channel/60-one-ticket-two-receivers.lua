-- Two receivers use the same session id. Here receivers cannot choose their tickets; the nearest case is an operator who
-- brings one ticket to the source for two receivers. Only the one that opened it accepts.
local lib = use "catalogue"
return scenario {
  title = "60 one ticket is used for two receivers",
  source = "TR",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local mine, ticket = lib.seal(z, "hsm1", "hsm2", key, 4)
    local theirs = z:transfer("hsm1", { key = key, count = 4, to = "hsm3", ticket = ticket })
    assert(theirs.kind == "payload" and theirs.bytes ~= mine.bytes)
    lib.sealed_apart(mine, theirs)
    lib.nothing(z:deliver("hsm3", theirs))
    lib.nothing(z:deliver("hsm2", theirs))
    lib.nothing(z:deliver("hsm2", theirs:set("to", "hsm2")))
    lib.accepted(z:deliver("hsm2", mine), 4)
    lib.remaining(z, "hsm1", key, 24)
  end,
}
