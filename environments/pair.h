/* Both worlds in lock step: Z is driven from outside, one write at a time, and after each the new pieces of its two
 * views are compared. Replay, exploration and tests drive it; scripts run each world on its own (run.h).
 */
#ifndef ENVIRONMENTS_PAIR_H
#define ENVIRONMENTS_PAIR_H

#include "environments/worlds.h"
#include "simulator/verdict.h"

typedef struct EnvPair EnvPair;

EnvPair *env_pair_new(EnvWorlds *worlds); /* borrows */
void env_pair_free(EnvPair *pair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvPair, env_pair_free)

/* One write of Z in both worlds. UC_INDISTINGUISHABLE so far, a broken rule (which the views
 * may yet show), or the first final verdict, which then stays. */
UcComparison env_pair_turn(EnvPair *pair, const UcEnvelope *write);
UcWorld *env_pair_world(EnvPair *pair, EnvWorld which);
/* What reached Z first in the last turn (real world); UC_M_EMPTY if nothing did. */
UcViewEntry env_pair_reply(const EnvPair *pair);

/* Writes of Z. Party and other arguments as numbers from 0, bytes as handles. */
UcEnvelope env_input(UcWord party, UcMessage message);
UcEnvelope env_order(UcWord party, UcMessage message); /* through the dummy adversary */

#endif
