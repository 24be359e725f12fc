-- What one party makes of its coins in one run has nothing in common: `ucsim check --seeds` compares every stretch of the
-- seeds and tickets of a run (rule A4).
return scenario {
  title = "362 three keys and three tickets of one party share no coins",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local keys = { z:keygen("hsm1"), z:keygen("hsm1"), z:keygen("hsm1") }
    local other = z:keygen("hsm2")
    for i = 1, 3 do
      z:request("hsm1", { key = other, count = i, from = "hsm2" })
      for k = 1, i - 1 do assert(keys[i].vk ~= keys[k].vk, "one key twice") end
    end
  end,
}
