-- F tells S the length of a message and nothing else, so a length that is cut to fewer bits on the way, or a message of
-- which only the beginning counts, shows only with messages that are long. Every length is signed, and what differs from
-- it in the last byte, or has one byte more or less, was not signed.
local lib = use "catalogue"
return scenario {
  title = "210 messages of every order of length",
  source = "ours",
  expect = "indistinguishable",
  for_each = { crypto = { "ideal", "real" } },
  crypto = params.crypto,
  environment = function (z)
    local key = z:keygen("hsm1")
    local index = 0
    for _, edge in ipairs { 1, 1 << 8, 1 << 16, 1 << 20 } do
      for length = edge - 1, edge + 1 do
        local message = string.rep("a", length)
        local s = lib.signs(z, "hsm1", key, message, index)
        assert(not z:verify("hsm2", key, message .. "a", s), "a message that is one byte longer was not signed")
        if length > 0 then
          assert(not z:verify("hsm2", key, message:sub(2), s), "a message that is one byte shorter was not signed")
          assert(not z:verify("hsm2", key, message:sub(2) .. "b", s), "a message that ends in another way was not signed")
        end
        index = index + 1
      end
    end
    lib.remaining(z, "hsm1", key, 32 - index)
  end,
}
