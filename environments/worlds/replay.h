/* Replay: a schedule drives both worlds in lock step, without any script, up to the first divergence.
 *
 * The options of a schedule (or of a trace's header) are those of a scenario; `title`, `file`, `hash` and `seed`
 * say where it came from, `expect` what must hold and `found` what once did. A replay has no budget: every move ends by itself. Source: docs/trace-format.md.
 */
#ifndef ENVIRONMENTS_WORLDS_REPLAY_H
#define ENVIRONMENTS_WORLDS_REPLAY_H

#include "environments/worlds/options.h"
#include "environments/worlds/pair.h"

/* Does a file that begins like this hold a schedule or a trace, whatever it is called? */
bool env_replay_is_one(const char *head, size_t length);
/* A schedule or the schedule of a trace, whichever the file holds; without a move it is an error. *recorded (may be NULL):
 * the trace, without its schedule, or NULL. */
UcSchedule *env_replay_load(const char *path, UcTrace **recorded, GError **error);

typedef struct EnvReplay EnvReplay;

/* Runs it. `observe` (may be NULL) sees both worlds. NULL and an error when the schedule does not replay. */
EnvReplay *env_replay_run(const UcSchedule *schedule, bool torture, UcObserver observe, void *data, GError **error);
/* The same in fresh worlds of a set-up that the caller made (and owns), whatever options the schedule names: ENV_WORLDS:
 * both, else that one under its watchers. */
EnvReplay *env_replay_on(EnvWorlds *worlds, EnvWorld which, const UcSchedule *schedule, UcObserver observe, void *data,
                         GError **error);
void env_replay_free(EnvReplay *replay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvReplay, env_replay_free)
UcComparison env_replay_comparison(const EnvReplay *replay);
/* Does it come out like this? Where the views differ before the last move a rule of later ones is not asked for: nothing is run
 * after a difference. */
bool env_replay_meets(const EnvReplay *replay, UcOutlook outlook);
/* What the option `found` is to say: what is expected where that is met, else verdict and rule. Free with g_free(). */
char *env_replay_found(const EnvReplay *replay, UcOutlook expect);
const UcLock *env_replay_lock(const EnvReplay *replay);
const GArray *env_replay_origins(const EnvReplay *replay); /* UcDigest, see uc_resolver_origins() */
unsigned env_replay_moves(const EnvReplay *replay); /* done, the diverging one included */
UcWorld *env_replay_world(EnvReplay *replay, EnvWorld which);

#endif
