/* A scenario as a plain description: what its script says beside its functions.
 *
 * Who reads scripts fills it in (lua_load.h); exploration needs no more than this, `check` and `run` also start the functions
 * (run.h).
 */
#ifndef ENVIRONMENTS_SCENARIO_H
#define ENVIRONMENTS_SCENARIO_H

#include "environments/worlds/worlds.h"
#include "simulator/verdict.h"

enum { ENV_SCRIPT_BYTES = 1 << 20 /* of a scenario or a library */ };

typedef struct {
    char *name;   /* of a bound: "sign", "transfer", "deliver", "crash", ... */
    int64_t value;
} EnvBound;

/* Argument values that exploration is to use: a table in `explore`, numbers or texts. */
typedef struct {
    char *name;        /* "counts", "messages", ... */
    GArray *number;    /* int64_t */
    GPtrArray *text;   /* char*; one of the two is empty */
} EnvDomain;

/* One parameter of for_each with the value that it has in this instance. */
typedef struct {
    char *name;
    char *text;        /* NULL: a number or a boolean */
    int64_t number;
    bool boolean;      /* `number` is 0 or 1 and stands for false or true */
} EnvParam;

typedef struct EnvScriptHost EnvScriptHost; /* script.h */

/* A file that the script takes in with `use`. */
typedef struct {
    char *name, *text;
    char *path;              /* where it was found, beside the path of the scenario */
} EnvLibrary;

typedef struct {
    char *path;              /* as given; shown by its last component only */
    char *title;
    char *hash;              /* SHA-256 of the script and what it uses, hex */
    char *source;            /* where the scenario is described, may be NULL */
    EnvOptions options;
    GPtrArray *kept, *list;  /* texts and lists of texts that the options refer to */
    UcVerdict expect;
    bool has_advantage_bound;
    double advantage_bound;  /* of what `ucsim advantage` measures, by the proof */
    char *expect_rule;       /* e.g. "I1"; NULL: any */
    GArray *bound;           /* EnvBound, in the order of the script; empty: the script has no bounds */
    GArray *domain;          /* EnvDomain, in the order of the script */
    bool has_environment, has_adversary, has_prefix;
    const EnvScriptHost *host; /* what runs these functions */
    char *text;              /* the script itself, for fresh interpreters */
    int line;                /* of the call of scenario { } in it */
    /* for_each: this instance's name for reports ("loss=3"), NULL when there is none */
    char *instance;
    GArray *param;           /* EnvParam, by name */
    GPtrArray *library;      /* EnvLibrary, in the order of use */
} EnvScenario;

/* Path and text, options as by default: the rest is to be filled in. */
EnvScenario *env_scenario_new(const char *path, const char *text);
/* What a script has failed with, for people: files are named by their paths, where it happened and where it was called from. What
 * is recorded has the last parts of the paths. Free with g_free(). */
char *env_scenario_whole(const EnvScenario *scenario, const char *message);
void env_scenario_free(EnvScenario *scenario);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvScenario, env_scenario_free)
/* env_worlds_new() of the scenario's options; an error names the line of the field that does not go with the others, also when
 * a command has changed those since. */
EnvWorlds *env_scenario_worlds(const EnvScenario *scenario, GError **error);
/* SHA-256 of the text and of the libraries, in hex. Free with g_free(). */
char *env_scenario_hash(const EnvScenario *scenario);
/* Where the text sets this field of the scenario ("name ="); NULL: nowhere. */
const char *env_scenario_field(const EnvScenario *scenario, const char *name);
/* The line of that; of fields that are nowhere that of the scenario. */
int env_scenario_line(const EnvScenario *scenario, const char *name);
/* The last component of the path: what users are shown. */
const char *env_scenario_file(const EnvScenario *scenario);
/* The title, with the instance of a sweep behind it. Free with g_free(). */
char *env_scenario_title(const EnvScenario *scenario);
/* NULL if the script does not narrow this domain. */
const EnvDomain *env_scenario_domain(const EnvScenario *scenario, const char *name);
/* Value of a bound, or `otherwise`. */
int64_t env_scenario_bound(const EnvScenario *scenario, const char *name, int64_t otherwise);

#endif
