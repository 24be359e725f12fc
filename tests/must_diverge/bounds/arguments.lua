-- For exploration only: counts beyond 32 bits, messages that differ in the first letter, signatures of other messages.
return scenario {
  title    = "counts and messages that are special",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  parties  = { "hsm1", "hsm2" },
  capacity = 4,
  expect   = "indistinguishable",
  explore  = { keygen = 1, request = 1, transfer = 1, sign = 2, verify = 1, deliver = 1, counts = { 1, 2^32 + 1 }, messages = { "m", "Firmware" }, wrong = 1 },
}
