-- A sets the counter of a payload forward and guesses the MAC, q times. `ucsim advantage` measures how often that works; the
-- proof allows q / 256^bytes.
local q = 4

return scenario {
  title = "508 a MAC that was cut short is guessed",
  source = "docs/advantage.md",
  expect = "indistinguishable",
  protocol = "counted-macs",
  parties = { "alice", "bob" },
  for_each = { bytes = { 1, 2 } },
  mac_bytes = params.bytes,
  advantage_bound = q / 256 ^ params.bytes,
  environment = function (z)
    local p = z:send("alice", "bob", "pay 5")
    for guess = 1, q do
      local forged = p:set("counter", 1 + guess):cut(-params.bytes):extend(string.char(guess):rep(params.bytes))
      local answer = z:deliver("bob", forged)
      z:feature("accepted", answer ~= nil)
      if answer then return 1 end -- F has no such text
    end
    return 0
  end,
}
