-- An old record is genuine and its checksum is right. Integrity is not freshness; the counter is.
local lib = use "catalogue"
return scenario {
  title = "33 an old but genuine record is put back",
  source = "ROTE, LCM, CPP",
  expect = "indistinguishable",
  storage = "monotonic",
  environment = function (z)
    for snapshot = 1, 3 do
      local party = "hsm" .. snapshot
      local key = z:keygen(party)
      for i = 0, 2 do lib.signs(z, party, key, "m" .. i, i) end
      z:restore(party, 5) -- there is no such record: nothing happens
      lib.signs(z, party, key, "still up", 3)
      z:restore(party, snapshot)
      z:restart(party)
      lib.nothing(z:sign(party, key, "never"))
    end
  end,
}
