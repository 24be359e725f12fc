#include "environments/runs/epilogue.h"

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    EnvEpilogue *e = uc_host(ctx);
    if (!e->over) {
        UcResult result = uc_step_of(ctx, &e->z, in);
        if (result.code != UC_HALT)
            return result;
        e->over = true;
        e->bit = result.bit;
    }
    return e->step(e->data, ctx, in, e->bit);
}

void env_epilogue_put(EnvEpilogue *e, UcMachine *z)
{
    g_assert(e && e->step && z && z->class && z->class->step && !z->class->setup);
    e->z = *z;
    e->class = *z->class;
    e->class.step = step;
    e->over = false;
    z->class = &e->class;
    z->host = e;
}
