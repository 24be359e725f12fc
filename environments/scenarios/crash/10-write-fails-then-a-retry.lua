-- The callback that writes the state returns an error and nothing is on the disk. Here a module whose write fails goes down
-- and stays down until an operator restarts it: a retry before that is not answered, and neither the memory nor the disk is
-- ahead of the other afterwards.
local lib = use "catalogue"
return scenario {
  title = "10 the write of the state fails, then a retry",
  source = "CISCO, CPP",
  expect = "indistinguishable",
  for_each = { reservation = { 0, 3 } },
  reservation = params.reservation,
  environment = function (z)
    local key = z:keygen("hsm1")
    local first = lib.signs(z, "hsm1", key, "first", 0)
    for retry = 1, 3 do
      while z:status("hsm1", key) do -- with a window, only the signature that opens the next one writes
        z:crash("hsm1", "before")
        local s = z:sign("hsm1", key, "try " .. retry)
        assert(not s or s.index > first.index)
      end
      lib.nothing(z:sign("hsm1", key, "retry " .. retry))
      z:restart("hsm1")
    end
    assert(lib.signs(z, "hsm1", key, "after the restart").index > first.index)
  end,
}
