-- Power fails after each signature; the next one must be made with the next index.
return scenario {
  title    = "every signature is followed by a crash and a restart",
  source   = "docs/protocol.md, sign",
  crypto   = "ideal",
  capacity = 4,
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    for _, text in ipairs { "a", "b", "c" } do
      z:sign("hsm1", key, text)
      z:crash("hsm1", "now")
      z:restart("hsm1")
    end
  end,
}
