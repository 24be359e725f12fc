-- The attacker breaks into a site that holds the service's key. What he signs then is installed, in both worlds: a key of
-- which one holder is corrupted has no promise, and the report names it. Before that nothing of his is installed.
local firmware = use "firmware"
return scenario {
  title = "a firmware release service one of whose sites is stolen",
  source = "ours",
  parties = { "hsm1", "hsm2" },
  scheme = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
  capacity = 8,
  expect = "indistinguishable",
  harvest = true,
  environment = firmware.environment({ sites = { "hsm1", "hsm2" }, devices = { "pump" }, share = 3 },
    function (service, attacker)
      service:start()
      assert(service:release(1, "hsm1"))
      attacker:publish(66, "firmware of the attacker", attacker:published()[1].signature)
      service:outputs()
      service:update()
      firmware.expect(service:outputs(), "pump: installs firmware 1")
      local loot = attacker:break_into("hsm2")
      attacker:publish(67, "firmware of the attacker", attacker:forge(loot.keys[1].seed, 7, "firmware of the attacker"))
      service:update()
      firmware.expect(service:outputs(), "pump: installs firmware of the attacker")
    end),
}
