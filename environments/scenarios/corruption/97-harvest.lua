-- The adversary takes every payload apart: each run of bytes that could be a private seed is tried as one, and each run that
-- could be a sealing key opens the payload or not. Nobody is corrupted, so nothing may come out of it.
local lib = use "catalogue"
local seed_bytes, sealing_bytes = 48, 32
return scenario {
  title = "97 seeds and keys are looked for on the wire, to forge with",
  source = "UC leakage; extract, then forge",
  expect = "indistinguishable",
  crypto = "ideal",
  environment = function (z)
    local key = z:keygen("hsm1")
    local payloads = { (lib.seal(z, "hsm1", "hsm2", key, 4)), (lib.seal(z, "hsm1", "hsm3", key, 3)) }
    lib.accepted(z:deliver("hsm2", payloads[1]), 4)
    local tried = 0
    for _, payload in ipairs(payloads) do
      local bytes = payload.bytes
      for at = 1, #bytes - sealing_bytes + 1 do
        assert(z:open(bytes:sub(at, at + sealing_bytes - 1), payload) == nil, "a sealing key travels with the payload")
      end
      for at = 1, #bytes - seed_bytes + 1 do
        assert(not z:verify("hsm3", key, "forged", z:forge(bytes:sub(at, at + seed_bytes - 1), 7, "forged")))
        tried = tried + 1
      end
    end
    assert(tried > 200)
  end,
}
