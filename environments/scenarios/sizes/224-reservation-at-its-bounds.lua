-- A window of R: signatures use 0, 1, 2 and so on; a restart loses what was reserved and not used, and nothing else. From the
-- first index of a window on, R more are reserved, cut at the end of the key. So after k signatures a restart goes on at the
-- next multiple of R + 1.
local lib = use "catalogue"
local function lasts(r, n, k) -- first index that no window has touched
  if k == 0 then return 0 end
  if r >= n then return n end
  return math.min(n, ((k + r) // (r + 1)) * (r + 1))
end
return scenario {
  title = "224 windows of none, one, all but one, all and more than all",
  source = "ours",
  expect = "indistinguishable",
  for_each = { reservation = { 0, 1, 2, 3, 4, 5, 6, 7, 255, 256, 1 << 31, 1 << 32, math.maxinteger }, capacity = { 1, 2, 5, 6 } },
  crypto = "ideal",
  scheme = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W1",
  reservation = params.reservation,
  capacity = params.capacity,
  environment = function (z)
    local r, n = params.reservation, params.capacity
    for k = 0, n do
      local key = z:keygen("hsm1")
      for i = 0, k - 1 do
        lib.signs(z, "hsm1", key, "m" .. i, i)
        lib.remaining(z, "hsm1", key, n - 1 - i)
      end
      z:crash("hsm1")
      z:restart("hsm1")
      local left = n - lasts(r, n, k)
      lib.remaining(z, "hsm1", key, left)
      z:crash("hsm1")
      z:restart("hsm1")
      lib.remaining(z, "hsm1", key, left)
      for i = n - left, n - 1 do lib.signs(z, "hsm1", key, "n" .. i, i) end
      lib.refused(z:sign("hsm1", key, "no more"), "exhausted")
    end
    -- all of it may be handed over from within a window, and none of it is left behind
    local key = z:keygen("hsm1")
    if n > 1 then
      lib.signs(z, "hsm1", key, "opens a window", 0)
      local _, got = lib.give(z, "hsm1", "hsm2", key, n - 1)
      assert(got.a == 1 and got.b == n)
      lib.refused(z:sign("hsm1", key, "nothing is left"), "exhausted")
      z:crash("hsm1") z:restart("hsm1")
      lib.remaining(z, "hsm1", key, 0)
      lib.signs(z, "hsm2", key, "opens another", 1)
    end
  end,
}
