-- With one byte of coins a ticket comes up again after it was cancelled: F must notice.
return scenario {
  title = "313 a ticket that was closed may not be handed out again",
  source = "ours",
  expect = "simulation failed",
  ticket_bytes = 1,
  environment = function (z)
    for i = 1, 100 do
      local t = z:request("hsm1", { count = 1, from = "hsm2" })
      if not t then return end
      z:cancel("hsm1", t)
    end
  end,
}
