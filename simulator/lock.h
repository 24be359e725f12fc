/* The one place where worlds are turned and judged: replay, exploration, shrinking, recording and tests turn them by one
 * write of Z after the other, check runs each to its end; what ends a run as broken in one of them ends it in all.
 *
 * Exempt are what one run cannot show: rule A4, over seeds, and harvesting (docs/model.md).
 */
#ifndef SIMULATOR_LOCK_H
#define SIMULATOR_LOCK_H

#include "simulator/verdict.h"

/* Filled in by whoever made the worlds, and owns them. */
typedef struct {
    UcWorld *world[2];  /* real and ideal; or one world under its watchers */
    unsigned worlds;    /* 1 or 2 */
    unsigned running;   /* which of them runs now, for probes */
    size_t from, seen;  /* the entries of Z's view that the last turn brought (first world) */
    UcStop stop[2];
    UcComparison last;  /* UC_INDISTINGUISHABLE at first */
} UcLock;

/* Writes of Z. Party and other arguments as numbers from 0, bytes as handles. */
UcEnvelope uc_input(UcWord party, UcMessage message);
UcEnvelope uc_order(UcWord party, UcMessage message); /* through the dummy adversary */

/* One write of Z in each world, and what the new pieces of the views say. A verdict that is final (uc_verdict_is_open)
 * stays, and nothing runs any more. */
UcComparison uc_lock_turn(UcLock *lock, const UcEnvelope *write);
/* For a search: the worlds are in another state now, their views empty. */
void uc_lock_rewind(UcLock *lock);
/* Z is a machine of the description: this world to its end. */
void uc_lock_run(UcLock *lock, unsigned world);
/* The verdict over what is compared: the new pieces, or all when the worlds ran to their end. */
UcComparison uc_lock_judge(UcLock *lock);
/* What reached Z first in the last turn (first world); UC_M_EMPTY if nothing did. */
UcViewEntry uc_lock_reply(const UcLock *lock);
/* Was this rule ("I1", or with text behind a colon) found broken in any of the worlds? */
bool uc_lock_breaks(const UcLock *lock, const char *rule);
/* Is the last verdict this one, and did the rule that it names break? Any that broke counts, not only the first: a rollback
 * breaks I4 at once and I1 at the reuse. */
bool uc_lock_meets(const UcLock *lock, UcOutlook outlook);

#endif
