/* The instances of a scenario that sweeps parameters (for_each): one for each combination of their values. */
#ifndef ENVIRONMENTS_INSTANCES_H
#define ENVIRONMENTS_INSTANCES_H

#include "environments/scenario.h"

enum { ENV_INSTANCES = 10000 /* of a script */ };

/* How many there are. The draft's parameters are sorted by name; those of one name are its values. More than ENV_INSTANCES:
 * too many, and no more counted. */
uint64_t env_instances(const EnvScenario *draft);
/* The one of this number, from 0 on: path, text, parameters and its name; the rest is to be read. */
EnvScenario *env_instance_new(const EnvScenario *draft, uint64_t number);

#endif
