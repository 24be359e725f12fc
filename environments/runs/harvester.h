/* The attacker that harvests, in a scenario: it sees what reaches A and Z while Z runs, and when Z is
 * over it goes on as Z (epilogue.h): searches, and asks honest parties about what it forges. How, and which rule a secret breaks that nobody
 * should have, is the kit's (UcHarvest).
 */
#ifndef ENVIRONMENTS_RUNS_HARVESTER_H
#define ENVIRONMENTS_RUNS_HARVESTER_H

#include "environments/worlds/worlds.h"

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
/* One world at a time: before it starts, from its Z on; and then to see what reaches A and Z. */
void env_harvester_follow(EnvHarvester *harvester, UcMachine *z);
void env_harvester_watch(EnvHarvester *harvester, UcWorld *world);
EnvHarvested env_harvester_result(const EnvHarvester *harvester);

#endif
