/* What scripts say to F_DKM: the words of z, and a scenario to start from. */
#include "functionality/dkm/interface.h"

const UcCall dkm_calls[] = {
    { "keygen", DKM_KEYGEN, .argument = { { .optional = true, .option = "scheme" } } },
    { "request", DKM_REQUEST, .named = true, .argument = { { "key", .optional = true } } },
    { "cancel", DKM_CANCEL },
    { "transfer", DKM_TRANSFER, .named = true, .argument = { { "key" } } },
    { "resend", DKM_RESEND, .named = true },
    { "sign", DKM_SIGN, .argument = { { "key" } } },
    { "verify", DKM_VERIFY, .argument = { { "key" } } },
    { "status", DKM_STATUS, .argument = { { "key" } } },
    { NULL, 0 },
};

const char dkm_first_script[] =
    "  title   = \"TITLE\",\n"
    "  parties = { \"hsm1\", \"hsm2\" },\n"
    "  expect  = \"indistinguishable\", -- or \"distinguished\", \"invariant broken: I1\", ...\n"
    "  -- storage = \"rollback\",       -- how stable storage may fail; 'ucsim list' names the models\n"
    "  -- crypto  = \"ideal\",          -- no real signatures: much faster\n"
    "\n"
    "ENVIRONMENT"
    "  environment = function (z)\n"
    "    local key = z:keygen(\"hsm1\")\n"
    "    local s = z:sign(\"hsm1\", key, \"firmware 1.0\")\n"
    "    assert(s.kind == \"signature\")\n"
    "    assert(z:verify(\"hsm2\", key, \"firmware 1.0\", s))\n"
    "\n"
    "    -- hsm2 asks hsm1 for four one-time keys. The payload goes over the network: to A.\n"
    "    local ticket = z:request(\"hsm2\", { key = key, count = 4, from = \"hsm1\" })\n"
    "    local received = z:transfer(\"hsm1\", { key = key, count = 4, to = \"hsm2\", ticket = ticket })\n"
    "    assert(received.kind == \"received\")\n"
    "    assert(z:status(\"hsm2\", key).remaining == 4)\n"
    "    assert(z:ask(\"replay\") == nil) -- the second delivery must change nothing\n"
    "    assert(z:status(\"hsm2\", key).remaining == 4)\n"
    "  end,\n"
    "\n"
    "ADVERSARY"
    "\n"
    "  -- For 'ucsim explore': how many of each move to try.\n"
    "  explore = { keygen = 1, request = 1, transfer = 1, sign = 1, deliver = 2 },\n";
