/* The functions of a scenario as machines: Z (`environment`, or `prefix` before an exploration) and, where the scenario has one,
 * A. Who runs scenarios knows them by this alone; what they are written in is known to who loads scenarios, and says it there
 * (EnvScenario.host).
 *
 * A script is of one world and is its machines' host. Whatever language it is in, its structure begins with an EnvScript.
 */
#ifndef ENVIRONMENTS_SCRIPT_H
#define ENVIRONMENTS_SCRIPT_H

#include "environments/scenario.h"

/* A move of Z or A, and where the script made it. */
typedef struct {
    uint64_t activation;
    int line; /* in the scenario's file; 0: unknown */
} EnvScriptLine;

/* What a script wants to be compared over many samples: z:feature(name, value). */
typedef struct {
    UcWord name; /* handle */
    double value;
} EnvScriptFeature;

typedef struct EnvScript EnvScript;

struct EnvScriptHost {
    /* Z and A of this world at their start. NULL and an error: the script cannot be started. */
    EnvScript *(*start)(const EnvScenario *scenario, EnvWorlds *worlds, EnvWorld which, bool prefix, GError **error);
    /* The same in fresh worlds after a run, when those of the run are gone. Takes the script; NULL and an error as above. */
    EnvScript *(*again)(EnvScript *script, GError **error);
    void (*free)(EnvScript *script);
};

/* Of the host: */
struct EnvScript {
    const EnvScriptHost *host;
    const UcClass *z, *a; /* a: NULL: the dummy adversary plays A */
    GArray *line;         /* EnvScriptLine; activations rise */
    GArray *feature;      /* EnvScriptFeature, in order of naming */
    bool guessed;         /* Z's bit was returned, not left out */
};

/* For hosts: the arrays. */
void env_script_init(EnvScript *script);
void env_script_clear(EnvScript *script);

/* `prefix`: Z is the scenario's prefix, A the dummy adversary. */
EnvScript *env_script_start(const EnvScenario *scenario, EnvWorlds *worlds, EnvWorld which, bool prefix, GError **error);
EnvScript *env_script_again(EnvScript *script, GError **error);
void env_script_free(EnvScript *script);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvScript, env_script_free)
/* Into a world that has not started. */
void env_script_put(EnvScript *script, UcWorldSpec *spec);
/* Where the script made the move of this activation; 0: it made none, or where is unknown. */
int env_script_line(const EnvScript *script, uint64_t activation);

#endif
