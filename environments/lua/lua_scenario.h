/* Running a scenario's file in an interpreter: for loading (lua_load.c) and again for every world (lua_machines.c). */
#ifndef ENVIRONMENTS_LUA_LUA_SCENARIO_H
#define ENVIRONMENTS_LUA_LUA_SCENARIO_H

#include "environments/lua/lua_host.h"

/* Gives the file its `scenario`, `use` and `params`, runs it and leaves the scenario's table on the stack. Raises. */
void env_lua_run_file(lua_State *L, const EnvScenario *scenario);

/* Loading only. With `no_values` set, parameters have no values yet: what is computed from them is unknown too. With
 * `folder` set, `use` reads files and adds them to the scenario's library. */
typedef struct {
    EnvScenario *scenario;
    const char *folder;
    bool no_values;
} EnvLuaLoad;
void env_lua_load_file(lua_State *L, EnvLuaLoad *load);

#endif
