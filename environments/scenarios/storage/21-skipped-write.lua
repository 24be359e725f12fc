-- A glitch makes the module skip the write of its state. Without a second witness the index signs again. The skipped write
-- is a lost one here; with a counter that steps, it would be 18.
local lib = use "catalogue"
return scenario {
  title = "21 a glitch skips the write of the state",
  source = "NIST section 9, SHR, RFC",
  expect = "distinguished",
  expect_rule = "I1",
  storage = "lying",
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.signs(z, "hsm1", key, "glitched", 0)
    z:crash("hsm1", "lose", 1)
    z:restart("hsm1")
    z:sign("hsm1", key, "second message on the same leaf")
  end,
}
