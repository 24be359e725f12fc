-- The callback returns an error although the write reached the disk. The module is down, as after any failed write; what
-- counts at the restart is the disk, so the index is spent and not rolled back.
local lib = use "catalogue"
return scenario {
  title = "11 the write of the state is reported as failed and is on the disk",
  source = "CISCO undo path",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local seen = {}
    for i = 0, 3 do
      lib.signs(z, "hsm1", key, "whole " .. i, 2 * i)
      z:crash("hsm1", "middle")
      lib.nothing(z:sign("hsm1", key, "failed " .. i))
      lib.nothing(z:sign("hsm1", key, "retry " .. i))
      z:restart("hsm1")
      lib.remaining(z, "hsm1", key, 32 - 2 * (i + 1))
    end
    lib.use_up(z, "hsm1", key, seen)
    assert(not seen[1] and not seen[3] and not seen[5] and not seen[7], "a spent index comes back")
  end,
}
