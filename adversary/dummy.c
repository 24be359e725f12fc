#include "adversary/dummy.h"

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    if (in->from != UC_Z)
        return uc_send_peer(UC_Z, in->peer, in->message);
    if (in->peer < UC_PARTY_0 || in->peer >= UC_PARTY_0 + uc_party_count(ctx))
        return uc_fail("an order needs a party");
    return uc_send(in->peer, in->message);
}

const UcClass adversary_dummy = { .name = "dummy adversary", .step = step };
