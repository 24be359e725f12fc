-- For exploration only: the bounds within which the shortest counterexamples were looked for.
return scenario {
  title    = "any order of a few moves",
  source   = "docs/exploration.md",
  parties  = { "hsm1", "hsm2" },
  crypto   = "ideal",
  capacity = 3,
  expect   = "indistinguishable",
  explore  = { keygen = 1, request = 1, transfer = 1, deliver = 2, sign = 3, crash = 1, restart = 1, cancel = 1, resend = 1 },
}
