/* Replay: a schedule drives both worlds in lock step, without any script, up to the first divergence.
 *
 * The options of a schedule (or of a trace's header) are those of a scenario; `title`, `file`, `hash`, `seed` and
 * `expect` say where it came from. A replay has no budget: every move ends by itself. Source: docs/trace-format.md.
 */
#ifndef ENVIRONMENTS_REPLAY_H
#define ENVIRONMENTS_REPLAY_H

#include "environments/pair.h"
#include "simulator/trace.h"

/* What a run depends on, as options of a schedule or trace: not seed, budget and torture mode. */
UcOptions *env_options_print(const EnvOptions *options);
/* The number of env_seed(). */
uint64_t env_seed_number(const uint8_t seed[UC_SEED_BYTES]);
/* Strings of *out are borrowed from the schedule. */
bool env_options_parse(const UcSchedule *schedule, EnvOptions *out, GError **error);

typedef struct {
    UcTraceHeader header;  /* borrows from the schedule and from `rest` */
    UcOptions *rest;       /* owned: options without title, file, hash, seed, expect */
    UcVerdict expect;      /* UC_INDISTINGUISHABLE when the schedule does not say */
} EnvOrigin;
bool env_origin_of(const UcSchedule *schedule, EnvOrigin *out, GError **error);
void env_origin_clear(EnvOrigin *origin);

/* A schedule or the schedule of a trace, whichever the file holds. *recorded (may be NULL): the verdict of the trace,
 * to be freed with g_free(), or NULL. */
UcSchedule *env_replay_load(const char *path, char **recorded, GError **error);

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
unsigned env_replay_moves(const EnvReplay *replay); /* done, the diverging one included */
UcWorld *env_replay_world(EnvReplay *replay, EnvWorld which);

#endif
