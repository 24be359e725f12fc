-- A thief who has the keys of two pairs puts together what does not belong together: the digest that is right under the one key
-- and a seal under the other, and the header of one payload with the sealed part of another of the same contents.
local lib = use "catalogue"
return scenario {
  title = "344 a seal under another key, and of another header, each with the right digest",
  source = "ours",
  expect = "indistinguishable",
  for_each = { crypto = { "real", "ideal" } },
  crypto = params.crypto,
  trust = "pairwise",
  environment = function (z)
    z:keygen("hsm3")
    local stolen, with = z:corrupt("hsm3"), {}
    for _, sealing in ipairs(stolen.sealing) do with[sealing.party] = sealing end
    local one, other = z:request("hsm2", { count = 4, from = "hsm3" }), z:request("hsm2", { count = 4, from = "hsm3" })
    local function sealed(pair, ticket, digest)
      return z:seal { with = with[pair], from = "hsm3", to = "hsm2", ticket = ticket, key = stolen.keys[1], a = 8, b = 12,
                      digest = digest }
    end
    local right, twin = sealed("hsm2", one), sealed("hsm2", other)
    assert(right.bytes:sub(83, 114) ~= right.bytes:sub(115, 146), "no part of a seal is like the next")
    lib.nothing(z:deliver("hsm2", sealed("hsm1", one, right:header().digest)))
    lib.nothing(z:deliver("hsm2", twin.bytes:sub(1, lib.header_bytes) .. right.bytes:sub(lib.header_bytes + 1)))
    lib.nothing(z:deliver("hsm2", right.bytes:sub(1, lib.header_bytes) .. twin.bytes:sub(lib.header_bytes + 1)))
    lib.accepted(z:deliver("hsm2", twin), 4)
  end,
}
