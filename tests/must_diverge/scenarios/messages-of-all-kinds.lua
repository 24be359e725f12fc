-- What a party signs with must not depend on what it signs.
return scenario {
  title    = "messages of one length and of many, the next index each time",
  source   = "docs/protocol.md: the state after sign depends on the index alone",
  crypto   = "ideal",
  expect   = "indistinguishable",

  environment = function (z)
    local key = z:keygen("hsm1")
    local texts = { "", "A", "B", "F", "a", "\0", "\255", "Firmware", "firmware", "0", "FFFFFFFF" }
    for _, text in ipairs(texts) do
      z:sign("hsm1", key, text)
      z:status("hsm1", key)
    end
  end,
}
