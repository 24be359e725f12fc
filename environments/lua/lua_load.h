/* Reads scenarios from Lua files (docs/scenario-language.md): the only place that makes an EnvScenario of a script.
 *
 * Loading runs the file once, without the scenario's functions, and checks every field: an unknown name is an error with file
 * and line.
 */
#ifndef ENVIRONMENTS_LUA_LUA_LOAD_H
#define ENVIRONMENTS_LUA_LUA_LOAD_H

#include "environments/scenario.h"

/* All instances of a script (one, unless it sweeps parameters with for_each): EnvScenario*, freed with the array. */
GPtrArray *env_scenario_load(const char *path, GError **error);

#endif
