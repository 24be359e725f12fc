/* A scenario tried: run in both worlds, once or with seeds that follow each other, and judged by what it expects.
 *
 * What ends here is about verdicts; how they are shown and which exit code they are is cli/'s.
 */
#ifndef ENVIRONMENTS_RUNS_TRIAL_H
#define ENVIRONMENTS_RUNS_TRIAL_H

#include "environments/runs/run.h"

/* Of the run that counts: the only one, or the last. */
typedef struct {
    bool stopped;       /* the script stopped with an error, as `why` says: there is no verdict */
    UcVerdict verdict;
    bool met;           /* it is what the scenario expects, rule and all */
    char *rule;         /* the first that broke; NULL: none */
    char *why, *compromised; /* UcComparison.why, UcInterface.compromised */
    const char *world;  /* env_world_name, where it stopped or the rule broke; NULL: both */
    int64_t entry;      /* of the view, the first that differs; -1: none */
    bool harvested;     /* in the real world, of the last run with a verdict of its own; with */
    EnvHarvested harvest;
    /* with seeds */
    bool together;      /* no run alone comes to this: the interface's rules over many runs do */
    unsigned runs;      /* made */
    unsigned lucky;     /* of them had another verdict, as toy parameters allow */
    UcNamedCount *compared; /* over them; NULL: the interface has no such rules */
} EnvTrial;

void env_trial_clear(EnvTrial *trial);

/* One run. `trace` (may be NULL) takes its trace, to be freed with g_string_free(). */
bool env_trial_once(const EnvScenario *scenario, EnvTrial *out, GString **trace, GError **error);
/* From the scenario's seed on, until a verdict is another than expected; then what only the runs together show. The scenario's seed
 * is then that of the last run. With toy parameters some seeds let A guess right (docs/advantage.md): the next seed is taken
 * instead, as often as there are to be runs. */
bool env_trial_seeds(EnvScenario *scenario, unsigned runs, EnvTrial *out, GError **error);

#endif
