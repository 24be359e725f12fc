-- For exploration only: every snapshot restored, every crash point around the counter.
return scenario {
  title    = "a module is rolled back, and its counter is not",
  source   = "docs/exploration.md",
  crypto   = "ideal",
  parties  = { "hsm1", "hsm2" },
  capacity = 3,
  storage  = "monotonic",
  expect   = "indistinguishable",
  explore  = { keygen = 1, sign = 2, transfer = 1, deliver = 1, crash = 1, restore = 1, restart = 2, wrong = 0, any = 0, messages = 1 },
}
