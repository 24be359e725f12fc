/* What scripts say to F_DKM: the words of z, and a scenario to start from. */
#include "functionality/interface.h"

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
