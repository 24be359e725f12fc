-- After keys were burnt, sent and lost, the reported remaining is what can still be signed with, and not one more.
local lib = use "catalogue"
return scenario {
  title = "108 reported remaining after burns",
  source = "CPP",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local function check(burnt)
      lib.remaining(z, "hsm1", key, 32 - burnt)
      local own, sum = z:status("hsm1", key).intervals, 0
      for _, i in ipairs(own) do sum = sum + i.b - i.a end
      assert(sum == 32 - burnt, "the intervals say something else")
    end
    for i = 1, 3 do
      z:crash("hsm1", "middle")
      lib.nothing(z:sign("hsm1", key, "burnt"))
      z:restart("hsm1")
      check(i)
    end
    z:crash("hsm1", "before")
    lib.nothing(z:sign("hsm1", key, "not burnt"))
    z:restart("hsm1")
    check(3)
    lib.seal(z, "hsm1", "hsm2", key, 5)
    check(8)
    local seen = {}
    lib.use_up(z, "hsm1", key, seen)
    assert(lib.count(seen) == 24)
    check(32)
  end,
}
