-- What the promise says of one key, said again with sets of single indices, nothing of which is shared with F or the protocol: who
-- owns what, what is reserved, which block a transfer takes, what a restart loses.
local Sets = {}
Sets.__index = Sets

-- `capacity` indices, all of them of `maker`; a window of `reservation`.
local function new(capacity, maker, reservation)
  local s = setmetatable({ capacity = capacity, window = reservation, own = {}, reserve = {} }, Sets)
  for i = 0, capacity - 1 do s:of(maker)[i] = true end
  return s
end

function Sets:of(party)
  self.own[party] = self.own[party] or {}
  self.reserve[party] = self.reserve[party] or {}
  return self.own[party], self.reserve[party]
end

function Sets:lowest(party)
  local own = self:of(party)
  for i = 0, self.capacity - 1 do
    if own[i] then return i end
  end
end

-- The index of the next signature, or nil; `own` has what is reserved too.
function Sets:sign(party)
  local own, reserve = self:of(party)
  local index = self:lowest(party)
  if not index then return nil end
  own[index] = nil
  if reserve[index] then
    reserve[index] = nil
    return index, false
  end
  local room = self.window
  for _ in pairs(reserve) do room = room - 1 end
  for i = 0, self.capacity - 1 do
    if room > 0 and own[i] and not reserve[i] then
      reserve[i] = true
      room = room - 1
    end
  end
  return index, true -- true: written
end

-- The top of the highest run that is long enough, or nil.
function Sets:block(party, count)
  local own, run = self:of(party), 0
  local best
  for i = 0, self.capacity do
    if own[i] then
      run = run + 1
    else
      if run >= count then best = i end
      run = 0
    end
  end
  if best then return best - count, best end
end

function Sets:take(party, a, b)
  local own, reserve = self:of(party)
  for i = a, b - 1 do own[i], reserve[i] = nil, nil end
end

function Sets:give(party, a, b)
  for i = a, b - 1 do self:of(party)[i] = true end
end

-- A restart loses what was reserved.
function Sets:restart(party)
  local own, reserve = self:of(party)
  for i in pairs(reserve) do own[i] = nil end
  self.reserve[party] = {}
end

-- The answer to status must say the same.
function Sets:agrees(party, status)
  local own, at, sum = self:of(party), 0, 0
  for i = 0, self.capacity - 1 do
    if own[i] then
      sum = sum + 1
      if not own[i - 1] then
        at = at + 1
        assert(status.intervals[at] and status.intervals[at].a == i, party .. ": an interval begins at " .. i)
      end
      if not own[i + 1] then assert(status.intervals[at].b == i + 1, party .. ": an interval ends at " .. i + 1) end
    end
  end
  assert(#status.intervals == at and status.remaining == sum, party .. ": remaining")
end

return { new = new }
