-- HSM 1 hands four one-time keys to HSM 2. The network flips bits of the interval inside the seal and guesses the tag that
-- would make HSM 2 accept it, q times. `ucsim advantage` measures how often that works; the proof allows q / 2^t.
local q = 4

return scenario {
  title    = "a seal's tag is guessed while interval bits are flipped",
  source   = "docs/advantage.md",
  parties  = { "hsm1", "hsm2", "hsm3" },
  crypto   = "ideal",
  seal     = "real",
  for_each = { tag_bytes = { 1, 2 } },
  tag_bytes = params.tag_bytes,
  advantage_bound = q / 256 ^ params.tag_bytes,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    local p = z:transfer("hsm1", { key = key, count = 4, to = "hsm2", ticket = ticket })
    local tag = params.tag_bytes
    local bytes = p.bytes
    local function flip(from_end, mask)
      local at = #bytes - tag - from_end
      bytes = bytes:sub(1, at - 1) .. string.char(bytes:byte(at) ~ mask) .. bytes:sub(at + 1)
    end
    flip(8, 28 ~ 24) -- a of [28,32): the seal is a stream cipher under its tag
    flip(0, 32 ~ 28) -- b
    for guess = 0, q - 1 do
      local forged = bytes:sub(1, #bytes - tag) .. string.char(guess) .. string.rep("\0", tag - 1)
      local answer = z:deliver("hsm2", forged)
      z:feature("accepted", answer ~= nil)
      if answer then
        return answer.a == 24 and 1 or 0 -- the forged block: only the real receiver takes it
      end
    end
    return 0
  end,
}
