#include "adversary/dummy.h"

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    if (uc_from(ctx, in) != UC_CALLER)
        return uc_report(in->peer, in->message);
    if (!uc_has_backdoor(ctx, in->peer))
        return uc_fail("an order needs a party");
    return uc_send(in->peer, in->message);
}

const UcClass adversary_dummy = { .name = "dummy adversary", .step = step };
