/* Dummy parties of the ideal world. */
#include "simulator/world.h"

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    return uc_from(ctx, in) == UC_CALLER ? uc_call(0, in->message) : uc_output(in->message);
}

const UcClass uc_dummy_party = { .name = "dummy party", .step = step };
