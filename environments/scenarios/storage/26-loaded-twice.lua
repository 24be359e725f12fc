-- One key file is loaded twice in a process, and the two copies sign in turn. Here each turn puts back the state that its
-- copy had; nothing tells the copies apart, and every index signs twice.
local lib = use "catalogue"
return scenario {
  title = "26 one key file is loaded twice, and both copies sign in turn",
  source = "BOT",
  expect = "distinguished",
  expect_rule = "I1",
  storage = "rollback",
  environment = function (z)
    local key = z:keygen("hsm1")
    local state = { 1, 1 } -- of each copy: the snapshot that it goes on from
    local written = 1
    for turn = 0, 5 do
      local copy = turn % 2 + 1
      z:restore("hsm1", state[copy])
      z:restart("hsm1")
      assert(z:sign("hsm1", key, "copy " .. copy .. " turn " .. turn).kind == "signature")
      written = written + 1
      state[copy] = written
    end
  end,
}
