/* Dummy parties of the ideal world. */
#include "simulator/world.h"

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    g_assert(in->from == UC_Z || in->from == UC_F);
    return uc_send(in->from == UC_Z ? UC_F : UC_Z, in->message);
}

const UcClass uc_dummy_party = { .name = "dummy party", .step = step };
