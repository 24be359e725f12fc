/* Runs a scenario's script through both worlds (or one) and compares.
 *
 * Each world gets a fresh interpreter, so nothing leaks from one to the other; A and Z of one world share it.
 */
#ifndef ENVIRONMENTS_RUNS_RUN_H
#define ENVIRONMENTS_RUNS_RUN_H

#include "environments/runs/harvester.h"
#include "environments/scenario.h"
#include "simulator/lock.h"

typedef struct EnvRun EnvRun;

/* `observe` (may be NULL) is registered on each world before it starts. */
EnvRun *env_run_both(const EnvScenario *scenario, UcObserver observe, void *data, GError **error);
/* The same in a set-up that the caller made (and owns), whatever options the scenario names; its worlds are the script's
 * afterwards. NULL: as env_run_both(). */
EnvRun *env_run_both_on(EnvWorlds *worlds, const EnvScenario *scenario, UcObserver observe, void *data, GError **error);
EnvRun *env_run_one(const EnvScenario *scenario, EnvWorld which, UcObserver observe, void *data, GError **error);
void env_run_free(EnvRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvRun, env_run_free)

/* True when a script stopped with an error in this world of the run (NULL: in none): then there is no verdict. */
bool env_run_script_stopped(EnvRun *run, const UcWorld *world);

/* The line of the scenario's file at which the script made the write of this activation of Z or A; 0: it made none. */
int env_run_line(const EnvRun *run, uint64_t activation, EnvWorld which);

/* Runs the scenario's `prefix` in the real world and returns what Z wrote, in order (UcEnvelope, for env_pair_turn() on
 * a pair made from the same `worlds`, whose store the bytes lie in). NULL and an error when it cannot be run to its
 * end; an empty array when there is no prefix. */
GArray *env_run_prefix(const EnvScenario *scenario, EnvWorlds *worlds, GError **error);

/* Did it go on from what earlier runs left in the scenario's store? */
bool env_run_went_on(const EnvRun *run);

/* False: nobody harvested in this run. */
bool env_run_harvested(const EnvRun *run, EnvWorld which, EnvHarvested *out);

UcComparison env_run_comparison(const EnvRun *run); /* env_run_both only */
const UcLock *env_run_lock(const EnvRun *run);
UcStop env_run_stop(const EnvRun *run, EnvWorld which);
UcWorld *env_run_world(EnvRun *run, EnvWorld which);

#endif
