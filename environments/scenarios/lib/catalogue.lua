-- What the scenarios share: asking, and insisting on the answer.
local lib = {}

-- The answer must be this error.
function lib.refused(answer, code)
  assert(answer and answer.kind == "error", "expected error " .. code)
  assert(answer.error == code, "expected error " .. code .. ", got " .. answer.error)
end

-- Control must have come back without a message.
function lib.nothing(answer)
  assert(answer == nil, answer and "expected nothing, got " .. answer.kind)
end

function lib.remaining(z, party, key, count)
  local status = z:status(party, key)
  assert(status.kind == "status-is", "expected a status")
  assert(status.remaining == count, "expected " .. count .. " left, got " .. status.remaining)
end

-- Signs, and insists on a signature that verifies; `index` may be nil.
function lib.signs(z, party, key, message, index)
  local s = z:sign(party, key, message)
  assert(s and s.kind == "signature", "expected a signature")
  assert(not index or s.index == index, "expected index " .. tostring(index) .. ", got " .. s.index)
  assert(z:verify(party, key, message, s), "the signature must verify")
  return s
end

-- Opens a ticket and lets the source seal for it; nothing is delivered.
function lib.seal(z, from, to, key, count)
  local ticket = z:request(to, { key = key, count = count, from = from })
  assert(ticket and ticket.kind == "requested", "expected a ticket")
  local payload = z:transfer(from, { key = key, count = count, to = to, ticket = ticket })
  assert(payload and payload.kind == "payload", "expected a payload")
  return payload, ticket
end

function lib.accepted(answer, count)
  assert(answer and answer.kind == "received", "expected the payload to be accepted")
  assert(not count or answer.b - answer.a == count, "expected " .. tostring(count) .. " keys")
  return answer
end

-- A whole hand-over; returns the payload, what was received, and the ticket.
function lib.give(z, from, to, key, count)
  local payload, ticket = lib.seal(z, from, to, key, count)
  return payload, lib.accepted(z:deliver(to, payload), count), ticket
end

-- Signs until exhausted and notes every index in `seen`, which must not hold it yet.
function lib.use_up(z, party, key, seen)
  while true do
    local s = z:sign(party, key, party .. " uses up")
    if s.kind == "error" then
      lib.refused(s, "exhausted")
      return
    end
    assert(not seen[s.index], "index " .. s.index .. " signs twice")
    seen[s.index] = party
  end
end

function lib.count(set)
  local n = 0
  for _ in pairs(set) do n = n + 1 end
  return n
end

lib.header_bytes = 82 -- of a payload; docs/protocol.md, "Payload"

-- Two payloads of one key begin with the same secrets. Sealed under one key and nonce they would look alike.
function lib.sealed_apart(one, other)
  local from, to = lib.header_bytes + 1, lib.header_bytes + 64
  assert(one.bytes:sub(from, to) ~= other.bytes:sub(from, to), "two payloads are sealed under one key")
end

return lib
