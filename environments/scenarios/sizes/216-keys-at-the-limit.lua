-- The limit of keys counts keys a party has ever held, not blocks and not keys of others. It is met by keygen and by payloads, by
-- both sides: a further block of a key that is known is always taken, a key too many never, and the payload stays good.
local lib = use "catalogue"
return scenario {
  title = "216 as many keys as a module may hold, one more, and known ones again",
  source = "ours",
  expect = "indistinguishable",
  for_each = { keys = { 0, 1, 2, 16, 256 } },
  crypto = "ideal",
  scheme = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W1",
  capacity = 8,
  limits = { keys = params.keys },
  environment = function (z)
    local limit, key = params.keys, {}
    for i = 1, limit do
      key[i] = z:keygen("hsm1")
      assert(key[i].kind == "key", "below the limit")
    end
    lib.refused(z:keygen("hsm1"), "too-many-keys")
    lib.refused(z:keygen("hsm1", "no such set"), "not-supported")
    if limit == 0 then
      lib.refused(z:status("hsm1", string.rep("k", 16)), "unknown-key")
      return
    end
    -- hsm2 fills up by payloads, to one below the limit
    for i = 1, limit - 1 do lib.give(z, "hsm1", "hsm2", key[i], 2) end
    local mine = z:keygen("hsm2")
    assert(mine.kind == "key", "the last place")
    lib.refused(z:keygen("hsm2"), "too-many-keys")
    local late = lib.seal(z, "hsm1", "hsm2", key[limit], 1)
    lib.nothing(z:deliver("hsm2", late))
    lib.refused(z:status("hsm2", key[limit]), "unknown-key")
    -- known keys: the first, the last, its own that comes back
    for _, i in ipairs { 1, limit - 1 } do
      if i >= 1 and i < limit then
        lib.give(z, "hsm1", "hsm2", key[i], 1)
      end
    end
    -- hsm1 is at its limit too and hsm2's key is a new one there; its own come back at any time
    lib.nothing(z:deliver("hsm1", (lib.seal(z, "hsm2", "hsm1", mine, 1))))
    if limit > 1 then lib.give(z, "hsm2", "hsm1", key[1], 1) end
    -- a key of which nothing is left is still a key that is held
    for i = 1, limit > 1 and z:status("hsm2", key[1]).remaining or 0 do lib.signs(z, "hsm2", key[1], "m" .. i) end
    lib.nothing(z:deliver("hsm2", late))
    z:crash("hsm2") z:restart("hsm2")
    lib.refused(z:keygen("hsm2"), "too-many-keys")
    lib.nothing(z:deliver("hsm2", late))
    lib.remaining(z, "hsm2", mine, 7)
    -- somebody who has room
    lib.accepted(z:deliver("hsm3", (lib.seal(z, "hsm1", "hsm3", key[limit], 1))), 1)
  end,
}
