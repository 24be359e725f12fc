-- What is dictated to S (simulator = "dictated"; docs/scenario-language.md, "What F refuses"). Kinds of messages are named
-- with all their fields.
local lib = {}
local none = "-"
local function number(n) return "n" .. string.pack(">i8", n) end
local function bytes(b) return b and "b" .. string.pack(">s2", type(b) == "table" and (b.ticket or b.kid) or b) or none end

local function message(mark, speaker, name, words)
  local text = "F" .. mark .. string.char(speaker, #name) .. name
  for _, w in ipairs(words) do text = text .. w end
  return text
end
local function outcome(o) return "o" .. string.pack("s1", o or "proceed") end

local kind = {
  answer = "answer outcome sk vk ticket",
  allow = "allow-delivery from to ticket outcome",
  inject = "inject to ticket vk sk a b from outcome",
  restart = "restart-party party burned",
}

-- At once, by way of a party that stays up. Parties by number, from 0.
function lib.command(z, by, name, ...) z:deliver(by, message("c", 0, name, { ... })) end
function lib.speak(z, by, party, name, ...) z:deliver(by, message("c", party + 1, name, { ... })) end
-- In the place of the next answer; a name that there is not says nothing, another name commands.
function lib.instead(z, by, name, ...) z:deliver(by, message("a", 0, name, { ... })) end
function lib.answer(z, by, a)
  lib.instead(z, by, kind.answer, outcome(a.outcome), bytes(a.sk), bytes(a.vk), bytes(a.ticket))
end
function lib.allow(z, by, d) lib.command(z, by, kind.allow, number(d.from), number(d.to), bytes(d.ticket), outcome(d.outcome)) end
function lib.inject(z, by, i)
  lib.command(z, by, kind.inject, number(i.to), bytes(i.ticket), bytes(i.vk), bytes(i.sk), number(i.a), number(i.b),
              number(i.from), outcome(i.outcome))
end
function lib.restart(z, by, party, burned) lib.command(z, by, kind.restart, number(party), bytes(burned)) end
function lib.restart_instead(z, by, party) lib.instead(z, by, kind.restart, number(party)) end
function lib.on_party(z, by, name, party) lib.command(z, by, name .. " party", number(party)) end
-- What F is to say to S, one after the other.
function lib.hears(z, by, ...)
  for _, text in ipairs { ... } do z:deliver(by, "Fh" .. text) end
end

-- The names of a table of cases, for for_each, in order.
function lib.names(cases)
  local names = {}
  for name in pairs(cases) do names[#names + 1] = name end
  return names
end
return lib
