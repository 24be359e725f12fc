/* A scenario: the static table of a script, and its functions.
 *
 * One Lua file returns `scenario { ... }` (docs/scenarios.md). Loading runs the file once, without its functions, and
 * checks every field: an unknown name is an error with file and line. Exploration reads this table only; `check` and
 * `run` also resume the functions (lua.h).
 */
#ifndef ENVIRONMENTS_SCENARIO_H
#define ENVIRONMENTS_SCENARIO_H

#include "environments/worlds.h"
#include "simulator/verdict.h"

typedef struct {
    char *name;   /* of a bound: "sign", "transfer", "deliver", "crash", ... */
    int64_t value;
} EnvBound;

typedef struct {
    char *path;              /* as given; shown by its last component only */
    char *title;
    char *hash;              /* SHA-256 of the script and what it uses, hex */
    char *source;            /* where the scenario is described, may be NULL */
    EnvOptions options;      /* strings owned by the scenario */
    UcVerdict expect;
    char *expect_rule;       /* e.g. "I1"; NULL: any */
    GArray *bound;           /* EnvBound, in the order of the script; empty: the script has no bounds */
    bool has_environment, has_adversary, has_prefix;
    char *text;              /* the script itself, for fresh interpreters */
    /* for_each: this instance's name for reports ("loss=3"), NULL when there is none */
    char *instance;
} EnvScenario;

/* All instances of a script (one, unless it sweeps parameters with for_each): EnvScenario*, freed with the array. */
GPtrArray *env_scenario_load(const char *path, GError **error);
void env_scenario_free(EnvScenario *scenario);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvScenario, env_scenario_free)
/* Value of a bound, or `otherwise`. */
int64_t env_scenario_bound(const EnvScenario *scenario, const char *name, int64_t otherwise);

#endif
