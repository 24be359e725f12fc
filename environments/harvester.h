/* The attacker that harvests, in a scenario: it sees what reaches A and Z while the script runs, and when the script is
 * over it goes on as Z: searches, and asks honest parties about what it forges. How, and which rule a secret breaks that nobody
 * should have, is the kit's (UcHarvest).
 */
#ifndef ENVIRONMENTS_HARVESTER_H
#define ENVIRONMENTS_HARVESTER_H

#include "environments/lua_host.h"

typedef struct EnvHarvester EnvHarvester;

/* What came of it in one world. */
typedef struct {
    uint64_t guesses;
    unsigned seeds, accepted; /* secrets found; forgeries that an honest party accepts */
    bool bounded;             /* the search reached its bound */
} EnvHarvested;

/* NULL and an error: the protocol's kit has no such attacker. */
EnvHarvester *env_harvester_new(EnvWorlds *worlds, GError **error);
void env_harvester_free(EnvHarvester *harvester);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvHarvester, env_harvester_free)
/* For a world that has not started; one world at a time. */
void env_harvester_attach(EnvHarvester *harvester, UcWorld *world, EnvLua *script);
EnvHarvested env_harvester_result(const EnvHarvester *harvester);

#endif
