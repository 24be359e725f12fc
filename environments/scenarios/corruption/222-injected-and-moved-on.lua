-- A block that a corrupted member sealed is signed with and handed on, and power fails at every point of that. The books of
-- the watchers do not follow a compromised key, and say nothing of what they do not know.
local lib = use "catalogue"
return scenario {
  title = "222 an injected block is used and handed on while power fails",
  source = "ours",
  expect = "indistinguishable",
  capacity = 4, reservation = params.reservation,
  for_each = { point = { "before", "middle", "after", "now" }, use = { "transfer", "sign", "deliver", "cancel" },
               reservation = { 0, 1 } },
  environment = function (z)
    local key = z:keygen("hsm1")
    local state = z:corrupt("hsm1")
    local function inject(a, b)
      local ticket = z:request("hsm2", { key = key, count = b - a, from = "hsm1" })
      return ticket, z:seal { with = state.sealing[1].key, from = "hsm1", to = "hsm2", ticket = ticket, key = state.keys[1],
                              a = a, b = b }
    end
    local _, first = inject(0, 3)
    lib.accepted(z:deliver("hsm2", first), 3)
    local ticket, second = inject(3, 4)
    local onward = z:request("hsm3", { key = key, count = 1, from = "hsm2" })
    z:crash("hsm2", params.point)
    local function transfer() return z:transfer("hsm2", { key = key, count = 1, to = "hsm3", ticket = onward }) end
    local use = {
      transfer = transfer,
      sign = function () return z:sign("hsm2", key, "m") end,
      deliver = function () return z:deliver("hsm2", second) end,
      cancel = function () return z:cancel("hsm2", ticket) end,
    }
    local answer = use[params.use]()
    assert((answer ~= nil) == (params.point == "after"), "only what is written before the crash leaves")
    z:restart("hsm2")
    local sent = z:resend("hsm2", { to = "hsm3", ticket = onward })
    if sent.kind == "error" then
      sent = transfer()
    end
    assert(sent.kind == "payload")
    lib.accepted(z:deliver("hsm3", sent), 1)
    lib.signs(z, "hsm3", key, "at the end")
    z:status("hsm2", key)
  end,
}
