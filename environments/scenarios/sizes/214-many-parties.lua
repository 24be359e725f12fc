-- A party's number is a word in F, four bytes in a payload, and part of an index in the books. Parties whose numbers agree in
-- the last digit, in the last byte or in the first letter hand over to each other, and what is for one is delivered to the
-- others first.
local lib = use "catalogue"
local names = {}
for i = 1, tonumber(params.count) or 1 do names[i] = "p" .. i - 1 end
return scenario {
  title = "214 one, two, 256, 257 and 1,000 parties",
  source = "ours",
  expect = "indistinguishable",
  for_each = { count = { 1, 2, 256, 257, 1000 }, trust = { "enclave", "pairwise" } },
  crypto = "ideal",
  seal = "real",
  scheme = "LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W1",
  capacity = 64,
  trust = params.trust,
  parties = names,
  environment = function (z)
    local n = params.count
    local key = z:keygen("p0")
    local ticket
    for _, nobody in ipairs { 0, n + 1, n + 256, (1 << 16) + 1, (1 << 32) + 1 } do
      lib.refused(z:request("p0", { key = key, count = 1, from = nobody }), "no-such-party")
      lib.refused(z:transfer("p0", { key = key, count = 1, to = nobody, ticket = string.rep("t", 16) }), "no-such-party")
      lib.refused(z:resend("p0", { to = nobody, ticket = string.rep("t", 16) }), "no-such-party")
    end
    lib.refused(z:request("p0", { key = key, count = 1, from = "p0" }), "no-such-party")
    local top, last = 64, n - 1
    local function others(number)
      local list = {}
      for _, other in ipairs { number % 256, number % 128, number % 100, number % 10, number ~ 256, number ~ 1, last } do
        if other ~= number and other < n then list[#list + 1] = "p" .. other end
      end
      return list
    end
    local givers = { "p0" }
    for _, number in ipairs { 1, 10, 100, 254, 255, 256, 257, 511, 512, 767, 768, last } do
      if number <= last and number > 0 then
        local name = "p" .. number
        local status = z:status(name, key)
        if status.kind == "error" then
          lib.refused(status, "unknown-key")
          local payload = lib.seal(z, "p0", name, key, 2)
          for _, other in ipairs(others(number)) do lib.nothing(z:deliver(other, payload)) end
          local got = lib.accepted(z:deliver(name, payload), 2)
          top = top - 2
          assert(got.a == top)
          lib.signs(z, name, key, "as " .. name, top)
          lib.remaining(z, name, key, 1)
          givers[#givers + 1] = name
        end
      end
    end
    lib.remaining(z, "p0", key, top)
    -- one ticket, many receivers: a transfer to each, and for each its own
    if last > 0 then
      local ticket, seen = z:request("p1", { key = key, count = 1, from = "p0" }), {}
      for _, number in ipairs { 1, 2, 257, 258, 513, last } do
        if number <= last and not seen[number] then
          seen[number] = z:transfer("p0", { key = key, count = 1, to = "p" .. number, ticket = ticket })
          top = top - 1
          assert(seen[number].kind == "payload", "another receiver")
          lib.refused(z:transfer("p0", { key = key, count = 1, to = "p" .. number, ticket = ticket }), "ticket-used")
        end
      end
      for number, payload in pairs(seen) do
        assert(z:resend("p0", { to = "p" .. number, ticket = ticket }).bytes == payload.bytes)
        if number ~= 1 then lib.nothing(z:deliver("p" .. number, payload)) lib.nothing(z:deliver("p1", payload)) end
      end
      lib.accepted(z:deliver("p1", seen[1]), 1)
      lib.signs(z, "p1", key, "its own", z:status("p1", key).intervals[1].a)
    end
    -- what a party has left goes on to one whose number is close to its own
    for i = #givers, 2, -1 do
      local _, got = lib.give(z, givers[i], givers[i - 1], key, 1)
      assert(got.from == givers[i])
      lib.remaining(z, givers[i], key, i == #givers and 0 or 1)
    end
    lib.signs(z, "p0", key, "still the first", 0)
  end,
}
