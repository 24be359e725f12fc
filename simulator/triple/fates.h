/* What becomes of parties, for functionalities and UC simulators that treat it as most do: a party is up, down or disabled, honest or
 * corrupted; S says how a crash cut an activation short, and commands nothing that A did not order.
 *
 * F keeps a region for each party (UC_FATE_REGION) and has four commands and one report for it; which kinds of messages they
 * are stands in a table of the interface. A triple need not use this: F_DKM has its own. Source: docs/model.md, "Faults are
 * the adversary's".
 */
#ifndef SIMULATOR_TRIPLE_FATES_H
#define SIMULATOR_TRIPLE_FATES_H

#include "simulator/machine.h"
#include "simulator/world.h"

typedef struct {
    UcWord crash, restart, disable, corrupt; /* commands of S, which name the party in their first field */
    UcWord corrupted;                        /* what F answers to `corrupt`: party */
    unsigned kind;                           /* of F's regions that hold it */
} UcFates;
#define UC_FATE_REGION { .name = "party", .head_words = 2 } /* status, corrupted */

/* Rows for UcFunctionality.order. */
#define UC_FATE_ORDERS(crash, disable, corrupt) \
    { crash, 0, UC_ORDER_CRASH }, { disable, 0, UC_ORDER_DISABLE }, { corrupt, 0, UC_ORDER_CORRUPT }

/* ---- F ---- */
UcStatus uc_fate_status(UcCtx *ctx, const UcFates *fates, UcWord party);
bool uc_fate_corrupted(UcCtx *ctx, const UcFates *fates, UcWord party);
/* There is this party, and it is honest and up: it can be made to output something. */
bool uc_fate_hears(UcCtx *ctx, const UcFates *fates, UcWord party);
/* NULL, or why F does not take this outcome (UcCrashOutcome) of an activation of a party. */
const char *uc_fate_refused(UcCtx *ctx, UcWord party, UcWord outcome);
/* How that activation ends: the party goes down unless it proceeded, and `result` is there if it wrote. */
UcResult uc_fate_finish(UcCtx *ctx, const UcFates *fates, UcWord party, UcWord outcome, UcResult result);
/* A command of S of the four, or what S says as a corrupted party (uc_relayed(), whatever its kind: ask that before looking at kinds of
 * your own); any other is refused as unknown. */
UcResult uc_fate_command(UcCtx *ctx, const UcFates *fates, const UcEnvelope *in);

/* ---- S ---- */
/* What A writes to the backdoor of a party, carried out by the sandboxed party; F is told what becomes of it. A delivery ends
 * with what `deliver` makes of what the sandboxed party did with it, unless that was nothing: refused, ignored, or a crash before. */
typedef UcResult (*UcFateDeliver)(UcCtx *ctx, UcWord to, UcWord payload, const UcOutcome *outcome);
UcResult uc_fate_order(UcCtx *ctx, const UcFates *fates, const UcEnvelope *in, UcFateDeliver deliver);
/* F says that the party is corrupted: A gets its state, which is what the sandboxed party's is. */
UcResult uc_fate_show(UcCtx *ctx, UcWord party);

#endif
