/* Both worlds in lock step (or one under its watchers): Z is driven from outside, one write at a time, and after each the
 * new pieces of its two views are compared (simulator/lock.h). Replay, shrinking, recording and tests drive it; scripts
 * run each world on its own (run.h).
 */
#ifndef ENVIRONMENTS_WORLDS_PAIR_H
#define ENVIRONMENTS_WORLDS_PAIR_H

#include "environments/worlds/worlds.h"
#include "simulator/lock.h"

typedef struct EnvPair EnvPair;

EnvPair *env_pair_new(EnvWorlds *worlds); /* borrows; both worlds */
EnvPair *env_pair_of(EnvWorlds *worlds, EnvWorld which); /* ENV_WORLDS: both; else that one */
void env_pair_free(EnvPair *pair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvPair, env_pair_free)
void env_pair_observe(EnvPair *pair, UcObserver observe, void *data); /* all of them; `observe` may be NULL */

/* One write of Z. UC_INDISTINGUISHABLE so far, a broken rule (which the views may yet show), or the first final verdict,
 * which then stays. */
UcComparison env_pair_turn(EnvPair *pair, const UcEnvelope *write);
/* Z reads what reached it last and halts: so that a trace shows it. No move follows. */
void env_pair_halt(EnvPair *pair);
UcWorld *env_pair_world(EnvPair *pair, EnvWorld which);
/* What reached Z first in the last turn (real world); UC_M_EMPTY if nothing did. */
UcViewEntry env_pair_reply(const EnvPair *pair);
const UcLock *env_pair_lock(const EnvPair *pair);

#endif
