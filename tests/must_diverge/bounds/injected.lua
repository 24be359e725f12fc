-- For exploration only: what a corrupted member injected is used and handed on, with every crash point.
return scenario {
  title    = "injected indices move on",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  parties  = { "hsm1", "hsm2" },
  capacity = 3,
  expect   = "indistinguishable",
  explore  = { keygen = 1, sign = 1, transfer = 1, deliver = 1, crash = 1, restart = 1, corrupt = 1, forge = 1, wrong = 1,
               any = 0, messages = 1 },
}
