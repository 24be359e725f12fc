-- Two sessions of F_AUTH among the same parties. Had they the same keys, a text of one could be delivered in the other.
return scenario {
  title = "622 two sessions of F_AUTH, a text of one delivered in the other",
  source = "ours",
  expect = "indistinguishable",
  sessions = {
    orders  = { functionality = "F_AUTH", parties = { "alice", "bob" } },
    reports = { functionality = "F_AUTH", parties = { "alice", "bob" } },
  },

  environment = function (z)
    local order = z.orders:send("alice", "bob", "open the gate")
    local report = z.reports:send("alice", "bob", "open the gate")
    assert(order.bytes ~= report.bytes, "both sessions have the same keys")
    assert(z.reports:deliver("bob", order) == nil, "a text of the other session is accepted")
    assert(z.orders:deliver("bob", report) == nil, "a text of the other session is accepted")
    assert(z.orders:deliver("bob", order).session == "orders")
    assert(z.reports:deliver("bob", report).session == "reports")
  end,
}
