-- A key that nobody in this run made; public key and seed belong together. Signatures of it verify by the scheme alone; a thief
-- of the sealing key hands it to an honest member, who then signs with it like with any. With ideal crypto nothing of it is a
-- key, in both worlds.
local vk = unhex("00000005000000040c23025f3ee0de97e978610553e8d28b582db3ebc67ffd321e73582a3b8ab6d0f68691ddeaf84ac661f748763005ba3f")
local seed = unhex("82c122b743970ea3c251f9cd1ded909d4ae659a09dc3c13b437d8c8d856e20490c23025f3ee0de97e978610553e8d28b")
return scenario {
  title = "346 a key from elsewhere is verified, handed over and used",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local signature = z:forge(seed, 5, "m")
    z:verify("hsm3", vk, "m", signature)
    z:verify("hsm3", vk, "n", signature)
    z:verify("hsm3", vk, "m", "no signature")
    local ticket = z:request("hsm2", { count = 4, from = "hsm1" })
    local stolen = z:corrupt("hsm1")
    local got = z:deliver("hsm2", z:seal { with = stolen.sealing[1], from = "hsm1", to = "hsm2", ticket = ticket,
                                           key = { vk = vk, seed = seed }, a = 8, b = 12 })
    if got then
      assert(got.kind == "received" and z:status("hsm2", got.kid).remaining == 4)
      assert(z:sign("hsm2", got.kid, "m").index == 8)
      assert(z:verify("hsm3", vk, "m", signature) and not z:verify("hsm3", vk, "n", signature))
    end
    z:corrupt("hsm2")
  end,
}
