-- The attacker puts images of his own into the repository, with signatures of published ones, whole and changed, and an
-- old release as a new one. Devices install what the service has signed and nothing else.
local firmware = use "firmware"
return scenario {
  title = "a firmware release service with forged images in its repository",
  source = "ours",
  parties = { "hsm1", "hsm2" },
  scheme = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
  capacity = 8,
  expect = "indistinguishable",
  environment = firmware.environment({ sites = { "hsm1", "hsm2" }, devices = { "pump", "valve" }, share = 3 },
    function (service, attacker)
      service:start()
      assert(service:release(1, "hsm1") and service:release(2, "hsm2"))
      local old = attacker:published()[1]
      local genuine = old.signature.signature
      attacker:publish(66, "firmware of the attacker", old.signature)
      attacker:publish(67, "firmware of the attacker", genuine:sub(1, -2) .. string.char(genuine:byte(-1) ~ 1))
      attacker:publish(68, "firmware of the attacker", genuine:sub(1, -2))
      attacker:publish(69, "firmware of the attacker", string.rep("\0", #genuine))
      attacker:publish(70, "firmware of the attacker", "")
      attacker:publish(71, "firmware 3", old.signature)
      service:outputs()
      service:update()
      firmware.expect(service:outputs(), "pump: installs firmware 1", "pump: installs firmware 2",
                      "valve: installs firmware 1", "valve: installs firmware 2")
      assert(service:release(3, "hsm1"))
      service:update()
      firmware.expect(service:outputs(), "firmware 3: published", "pump: installs firmware 3", "valve: installs firmware 3")
    end),
}
