-- The share of the second site is lost on its way; it is sent again, and again after it arrived. Then both sites release
-- until nothing is left.
local firmware = use "firmware"
return scenario {
  title = "a firmware release service whose hand-over is lost",
  source = "ours",
  parties = { "hsm1", "hsm2" },
  scheme = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
  capacity = 8,
  expect = "indistinguishable",
  environment = firmware.environment({ sites = { "hsm1", "hsm2" }, devices = { "pump", "valve" }, share = 3 },
    function (service, attacker)
      attacker:lose_payloads(true)
      service:start()
      service:release(1, "hsm2")
      firmware.expect(service:outputs(), "hsm2: waits for its one-time keys", "firmware 1: not signed at hsm2: unknown-key")
      for version = 1, 5 do assert(service:release(version, "hsm1")) end
      service:release(6, "hsm1")
      local said = service:outputs()
      firmware.expect({ table.unpack(said, 5) }, "firmware 5: published", "firmware 6: not signed at hsm1: exhausted")
      attacker:lose_payloads(false)
      service:hand_over_again("hsm2")
      service:hand_over_again("hsm2")
      firmware.expect(service:outputs(), "hsm2: has 3 one-time keys", "hsm2: refuses")
      for version = 6, 8 do assert(service:release(version, "hsm2")) end
      service:release(9, "hsm2")
      firmware.expect(service:outputs(), "firmware 6: published", "firmware 7: published", "firmware 8: published",
                      "firmware 9: not signed at hsm2: exhausted")
      service:update()
      said = service:outputs()
      assert(said[#said] == "valve: installs firmware 8")
    end),
}
