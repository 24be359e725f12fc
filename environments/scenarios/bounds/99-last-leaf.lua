-- The last leaf is signed with a crash at every point. It is never signed with again.
local lib = use "catalogue"
return scenario {
  title = "99 the last leaf, a crash, a restart",
  source = "CISCO end marker",
  expect = "indistinguishable",
  capacity = 2,
  environment = function (z)
    for _, point in ipairs { "before", "middle", "after" } do
      local key = z:keygen("hsm1")
      lib.signs(z, "hsm1", key, "all but the last", 0)
      z:crash("hsm1", point)
      local last = z:sign("hsm1", key, "last " .. point)
      assert((last ~= nil) == (point == "after"))
      z:restart("hsm1")
      if point == "before" then lib.signs(z, "hsm1", key, "last indeed", 1) end
      lib.refused(z:sign("hsm1", key, "one too many"), "exhausted")
    end
  end,
}
