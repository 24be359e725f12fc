-- The window spans what the party owns, so it has holes where others own. A transfer takes from the top, and from the top of a
-- lower part where the upper is too small: what lies above and below stays reserved, and is signed with.
local lib = use "catalogue"
return scenario {
  title = "356 a transfer takes a part of a reserve that has holes",
  source = "ours",
  expect = "indistinguishable",
  for_each = { gives = { "1", "2", "3", "4", "1 3", "3 1", "3 2", "2 3", "1 1 1", "3 1 1" }, restart = { false, true } },
  reservation = 6,
  crypto = "ideal",
  capacity = 16,
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm2", key, 2) -- [14,16)
    lib.give(z, "hsm1", "hsm3", key, 1)
    lib.give(z, "hsm1", "hsm2", key, 5) -- [8,13)
    lib.signs(z, "hsm2", key, "opens the window", 8) -- and reserves [9,13) [14,16)
    local left = 6
    for count in params.gives:gmatch("%d") do
      lib.give(z, "hsm2", "hsm3", key, tonumber(count))
      left = left - tonumber(count)
      lib.remaining(z, "hsm2", key, left)
    end
    if params.restart then
      z:crash("hsm2") z:restart("hsm2")
      lib.refused(z:sign("hsm2", key, "burned"), "exhausted")
    end
    local seen = {}
    lib.use_up(z, "hsm2", key, seen)
    assert(lib.count(seen) == (params.restart and 0 or left), "what stays reserved is signed with")
    lib.use_up(z, "hsm3", key, seen)
  end,
}
