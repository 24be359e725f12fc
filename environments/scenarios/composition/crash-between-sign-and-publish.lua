-- The HSM crashes around a signature, at every point. The release is not out, or it is; in no case does its one-time key
-- sign the next image, too.
local firmware = use "firmware"
return scenario {
  title = "a firmware release service whose HSM crashes between sign and publish",
  source = "ours",
  parties = { "hsm1", "hsm2" },
  scheme = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
  for_each = { point = { "now", "before", "middle", "after" } },
  capacity = 8,
  expect = "indistinguishable",
  environment = firmware.environment({ sites = { "hsm1", "hsm2" }, devices = { "pump", "valve" }, share = 3 },
    function (service, attacker)
      local lost = params.point == "before" or params.point == "middle" or params.point == "now"
      service:start()
      assert(service:release(1, "hsm1"))
      service:outputs()
      attacker:crash("hsm1", params.point)
      service:release(2, "hsm1")
      firmware.expect(service:outputs(), lost and "firmware 2: not signed at hsm1: no answer" or "firmware 2: published")
      service:release(3, "hsm1")
      firmware.expect(service:outputs(), "firmware 3: not signed at hsm1: no answer")
      attacker:restart("hsm1")
      service:release(3, "hsm1")
      service:release(4, "hsm2")
      firmware.expect(service:outputs(), "firmware 3: published", "firmware 4: published")
      service:update()
      local said = service:outputs()
      assert(said[#said] == "valve: installs firmware 4")
    end),
}
