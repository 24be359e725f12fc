-- Power fails before the signature is released, again and again; after each restart another message is signed. In this
-- protocol computing and releasing follow the same write, so the crash point is that of 2.
local lib = use "catalogue"
return scenario {
  title = "3 power fails in sign before the release, then another message is signed",
  source = "EIP, RFC section 4",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    for i = 0, 4 do
      z:crash("hsm1", "middle")
      lib.nothing(z:sign("hsm1", key, "never released " .. i))
      z:restart("hsm1")
      lib.signs(z, "hsm1", key, "other message " .. i, 2 * i + 1)
    end
    lib.remaining(z, "hsm1", key, 22)
  end,
}
