-- Everything on the wire is written down by the adversary and shown to the environment. What moved must not show beyond
-- the declared leakage: payloads of different keys and blocks have one size, and their bytes are the same in both worlds.
local lib = use "lib.lua"
return scenario {
  title = "97 the wire shows nothing beyond the declared leakage",
  source = "UC leakage",
  expect = "indistinguishable",
  environment = function (z)
    local one, two = z:keygen("hsm1"), z:keygen("hsm1")
    local sizes = {}
    for _, case in ipairs { { one, 1 }, { one, 16 }, { two, 1 }, { two, 31 } } do
      sizes[#sizes + 1] = #lib.seal(z, "hsm1", "hsm2", case[1], case[2]).bytes
      for i = 2, #sizes do assert(sizes[i] == sizes[1], "the size tells the blocks apart") end
    end
    z:ask("what did you see?")
  end,
  adversary = function (a)
    a:on_send(function (p) a:report(p.bytes) end)
    a:on_ask("what did you see?", function ()
      for _, p in ipairs(a:seen()) do a:report(p.bytes) end
    end)
  end,
}
