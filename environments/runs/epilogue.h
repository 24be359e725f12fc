/* An epilogue of Z: where a Z halts, the run goes on, and another function is Z from there. Any class of Z can have one, whatever
 * its host; traces show one Z. */
#ifndef ENVIRONMENTS_RUNS_EPILOGUE_H
#define ENVIRONMENTS_RUNS_EPILOGUE_H

#include "simulator/world.h"

typedef struct {
    /* A turn of Z after it would have halted with this bit, from that very turn on; uc_halt() ends the run. */
    UcResult (*step)(void *data, UcCtx *ctx, const UcEnvelope *in, int bit);
    void *data;
    /* of env_epilogue_put(): */
    UcMachine z;   /* what it follows */
    UcClass class; /* the same but for its step */
    bool over;     /* z has halted, with: */
    int bit;
} EnvEpilogue;

/* Puts it behind the Z of a world that has not started, a class without set-up. It is the host of that Z and must outlive the
 * world; put into another world, it begins anew. */
void env_epilogue_put(EnvEpilogue *epilogue, UcMachine *z);

#endif
