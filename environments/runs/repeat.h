/* Many runs of one script, one after the other, with other coins each: the set-up is built once, the script is
 * kept and its file runs again in it, so that no local of the script survives (docs/advantage.md, "What a sample is").
 */
#ifndef ENVIRONMENTS_RUNS_REPEAT_H
#define ENVIRONMENTS_RUNS_REPEAT_H

#include "environments/script.h"

typedef struct EnvRepeat EnvRepeat;

/* Borrows the scenario. `independent` is set, and rules of single runs are not watched: `check` does that. */
EnvRepeat *env_repeat_new(const EnvScenario *scenario, GError **error);
EnvWorlds *env_repeat_worlds(EnvRepeat *repeat);
void env_repeat_free(EnvRepeat *repeat);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvRepeat, env_repeat_free)

typedef struct {
    UcWorld *world;  /* until the next run */
    UcStop stop;
    const EnvScript *script; /* its guess and features, until the next run */
} EnvRepeated;

/* One run. False: the script cannot be started. */
bool env_repeat_run(EnvRepeat *repeat, EnvWorld which, const uint8_t seed[UC_SEED_BYTES], UcObserver observe,
                    void *data, EnvRepeated *out, GError **error);

#endif
