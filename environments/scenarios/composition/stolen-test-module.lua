-- A module of the test enclave is stolen, which the service does not use; the attacker has also read the wire of production.
-- With master keys of their own the two have nothing to do with each other: nothing opens, nothing of his is installed. With
-- one master key for both, production's payload opens and its key is compromised, in both worlds.
local firmware = use "firmware"
return scenario {
  title = "a firmware release service beside a test enclave that is stolen",
  source = "ours",
  parties = { "hsm1", "hsm2", "test1", "test2" },
  enclaves = { production = { "hsm1", "hsm2" }, test = { "test1", "test2" } },
  for_each = { shared_master = { false, true } },
  shared_master = params.shared_master,
  scheme = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
  capacity = 8,
  expect = "indistinguishable",
  harvest = true,
  environment = firmware.environment({ sites = { "hsm1", "hsm2" }, devices = { "pump" }, share = 3 },
    function (service, attacker)
      service:start()
      assert(service:release(1, "hsm2"))
      service:outputs()
      local loot = attacker:break_into("test2")
      assert(#loot.keys == 0 and #loot.sealing == 1)
      local opened = attacker:open(loot.sealing[1], attacker:wire()[1])
      assert((opened ~= nil) == params.shared_master, "who has the master key opens payloads, and nobody else")
      local seed = opened and opened.seed or string.rep("\0", 48)
      attacker:publish(66, "firmware of the attacker", attacker:forge(seed, 7, "firmware of the attacker"))
      service:update()
      if params.shared_master then
        firmware.expect(service:outputs(), "pump: installs firmware 1", "pump: installs firmware of the attacker")
      else
        firmware.expect(service:outputs(), "pump: installs firmware 1")
      end
    end),
}
