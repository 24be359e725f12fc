/* The attacker that harvests, in a scenario: it sees what reaches A and Z while the script runs, and when the script is
 * over it goes on as Z: searches (adversary/harvest.h) and has honest parties verify what it forges. A seed of a key that is not compromised breaks I8, whatever the answer.
 */
#ifndef ENVIRONMENTS_HARVESTER_H
#define ENVIRONMENTS_HARVESTER_H

#include "environments/lua_host.h"

typedef struct EnvHarvester EnvHarvester;

/* What came of it in one world. */
typedef struct {
    uint64_t guesses;
    unsigned seeds, accepted; /* found; forgeries that an honest party accepts */
    bool bounded;             /* the search reached its bound */
} EnvHarvested;

EnvHarvester *env_harvester_new(EnvWorlds *worlds);
void env_harvester_free(EnvHarvester *harvester);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvHarvester, env_harvester_free)
/* For a world that has not started; one world at a time. */
void env_harvester_attach(EnvHarvester *harvester, UcWorld *world, EnvLua *script);
EnvHarvested env_harvester_result(const EnvHarvester *harvester);

#endif
