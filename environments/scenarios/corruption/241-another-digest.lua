-- A thief of the sealing key seals payloads whose digest is not that of what they carry: he could seal many texts under one
-- key. The tag is right, and nobody takes them.
local lib = use "catalogue"
return scenario {
  title = "241 a thief of the sealing key writes another digest",
  source = "ours",
  expect = "indistinguishable",
  environment = function (z)
    local key = z:keygen("hsm1")
    local ticket = z:request("hsm2", { key = key, count = 4, from = "hsm1" })
    local stolen = z:corrupt("hsm1")
    local function sealed(a, digest)
      return z:seal { with = stolen.sealing[1], from = "hsm1", to = "hsm2", ticket = ticket, key = stolen.keys[1],
                      a = a, b = a + 4, digest = digest }
    end
    local true_one, other = sealed(8), sealed(12)
    lib.nothing(z:deliver("hsm2", sealed(8, other:header().digest)))
    lib.nothing(z:deliver("hsm2", sealed(8, ("\0"):rep(32))))
    lib.nothing(z:deliver("hsm2", true_one:set("digest", other:header().digest)))
    assert(sealed(8, true_one:header().digest).bytes == true_one.bytes)
    lib.accepted(z:deliver("hsm2", sealed(8, true_one:header().digest)), 4)
  end,
}
