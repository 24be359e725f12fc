-- A corrupted member forges blocks of a key around a window of an honest one: over what is reserved, over both ends, over what was used.
-- What overlaps what is owned, reserved or not, is refused, whatever else it holds.
local lib = use "catalogue"
return scenario {
  title = "230 forged blocks over, beside and across an open window",
  source = "ours",
  expect = "indistinguishable",
  for_each = { reservation = { 0, 1, 3, 4, 20 }, trust = { "enclave", "pairwise" }, crash = { false, true }, crypto = { "ideal", "real" } },
  crypto = params.crypto,
  seal = "real",
  scheme = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W1",
  reservation = params.reservation,
  trust = params.trust,
  environment = function (z)
    local key = z:keygen("hsm1")
    lib.give(z, "hsm1", "hsm2", key, 12) -- [20,32)
    lib.signs(z, "hsm2", key, "one", 20)
    lib.signs(z, "hsm2", key, "two", 21)
    local stolen = z:corrupt("hsm1")
    local with = stolen.sealing[1]
    for _, sealing in ipairs(stolen.sealing) do with = sealing.party == "hsm2" and sealing or with end
    local function forge(a, b)
      local ticket = z:request("hsm2", { key = key, count = b - a, from = "hsm1" })
      local got = z:deliver("hsm2", z:seal { with = with, from = "hsm1", to = "hsm2", ticket = ticket, key = stolen.keys[1], a = a, b = b })
      if not got then z:cancel("hsm2", ticket) end
      return got
    end
    for _, block in ipairs { { 22, 23 }, { 21, 23 }, { 19, 32 }, { 0, 32 }, { 24, 26 }, { 25, 26 }, { 31, 32 }, { 20, 23 }, { 23, 24 } } do
      lib.nothing(forge(block[1], block[2]))
    end
    lib.remaining(z, "hsm2", key, 10)
    if params.crash then
      z:crash("hsm2") z:restart("hsm2")
      local kept = z:status("hsm2", key).remaining
      assert(kept <= 10 and kept >= 10 - params.reservation, "no more than the window is lost")
    end
    local before = z:status("hsm2", key).remaining
    lib.accepted(forge(16, 20), 4) -- it owns none of these: the key is A's
    lib.remaining(z, "hsm2", key, before + 4)
    lib.nothing(forge(19, 20))
    local s = z:sign("hsm2", key, "three")
    assert(s.index == 16, "the lowest it has")
    lib.nothing(forge(17, 18))
    lib.remaining(z, "hsm2", key, before + 3)
    z:crash("hsm2") z:restart("hsm2")
    for i = 1, 16 do z:sign("hsm2", key, "on " .. i) end
    lib.refused(z:sign("hsm2", key, "the end"), "exhausted")
  end,
}
