#include "environments/lua/lua_script.h"

#include "environments/lua/lua_machines.h"

static void free_script(EnvScript *script) { env_lua_free((EnvLua *)script); }

/* What came of starting it. */
static EnvScript *started(EnvLua *lua, bool ok, GError **error)
{
    if (ok)
        return &lua->script;
    g_set_error_literal(error, ENV_ERROR, lua->limit ? ENV_ERROR_LIMIT : ENV_ERROR_SCRIPT, lua->message);
    env_lua_free(lua);
    return NULL;
}

static EnvScript *start(const EnvScenario *scenario, EnvWorlds *worlds, EnvWorld which, bool prefix, GError **error)
{
    EnvLua *lua = env_lua_new(env_scenario_file(scenario));
    lua->script.host = &env_lua_script;
    return started(lua, env_lua_start(lua, scenario, worlds, which, prefix), error);
}

/* In the interpreter that is there, where the run before ended in good order. */
static EnvScript *again(EnvScript *script, GError **error)
{
    EnvLua *lua = (EnvLua *)script;
    if (!lua->message)
        return started(lua, env_lua_again(lua), error);
    const EnvScenario *scenario = lua->scenario;
    EnvWorlds *worlds = lua->worlds;
    EnvWorld which = lua->which;
    bool prefix = lua->prefix;
    env_lua_free(lua);
    return start(scenario, worlds, which, prefix, error);
}

const EnvScriptHost env_lua_script = { .start = start, .again = again, .free = free_script };
