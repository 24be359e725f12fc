-- Releases at both sites until no one-time key is left: as many as the key has, none twice, and every device has the last.
local firmware = use "firmware"
return scenario {
  title = "a firmware release service",
  source = "ours",
  parties = { "hsm1", "hsm2" },
  scheme = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
  capacity = 8,
  expect = "indistinguishable",
  environment = firmware.environment({ sites = { "hsm1", "hsm2" }, devices = { "pump", "valve" }, share = 3 },
    function (service, attacker)
      service:start()
      firmware.expect(service:outputs(), "hsm2: has 3 one-time keys")
      for version = 1, 8 do
        assert(service:release(version, version % 2 == 0 and version <= 6 and "hsm2" or "hsm1"))
      end
      service:release(9, "hsm1")
      service:release(9, "hsm2")
      local said = service:outputs()
      firmware.expect({ table.unpack(said, 8) }, "firmware 8: published", "firmware 9: not signed at hsm1: exhausted",
                      "firmware 9: not signed at hsm2: exhausted")
      service:update()
      said = service:outputs()
      assert(#said == 16 and said[8] == "pump: installs firmware 8" and said[16] == "valve: installs firmware 8")
    end),
}
