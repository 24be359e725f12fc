/* Lua's side of environments/script.h: what makes Z and A of a scenario of a Lua file. */
#ifndef ENVIRONMENTS_LUA_LUA_SCRIPT_H
#define ENVIRONMENTS_LUA_LUA_SCRIPT_H

#include "environments/script.h"

extern const EnvScriptHost env_lua_script;

#endif
