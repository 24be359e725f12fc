/* Z and A as scripts: machine classes whose host is an EnvLua (docs/scenario-language.md, "Calls of Z", "Means of A").
 *
 * A call of Z and a move of A yield out of the script; the engine carries the write, and when control is back the
 * script goes on with what came of it. Z goes on only when A has no moves left (simulator/world.c).
 */
#ifndef ENVIRONMENTS_LUA_LUA_MACHINES_H
#define ENVIRONMENTS_LUA_LUA_MACHINES_H

#include "environments/lua/lua_values.h"

/* Runs the scenario's file in this interpreter, with the instance's parameters, and picks its functions; Z runs `prefix` or
 * `environment`. False: see lua->message. */
bool env_lua_start(EnvLua *lua, const EnvScenario *scenario, EnvWorlds *worlds, EnvWorld which, bool prefix);
/* The same again after a run that ended without an error, in the interpreter that is there. */
bool env_lua_again(EnvLua *lua);

/* For lint, which runs nothing: the interpreter with the values and the methods of z and a. The options are borrowed. */
bool env_lua_start_names(EnvLua *lua, const EnvOptions *options);
/* Pushes the methods of "z" or "a", with several sessions also of "z.SID"; the table is read only. */
void env_lua_push_methods(lua_State *L, const char *self);
/* Calls of z or a themselves, of whatever sessions there are. */
bool env_lua_is_own_call(const char *name);

#endif
