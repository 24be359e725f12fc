#include "environments/repeat.h"

#include "environments/lua_machines.h"

struct EnvRepeat {
    const EnvScenario *scenario;
    EnvWorlds *worlds;
    EnvLua *lua[ENV_WORLDS];
    UcWorld *world;
};

EnvRepeat *env_repeat_new(const EnvScenario *scenario, GError **error)
{
    g_assert(scenario);
    if (!scenario->has_environment) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_SCRIPT, "%s: expected a scenario with 'environment'",
                    env_scenario_file(scenario));
        return NULL;
    }
    g_autoptr(EnvRepeat) r = g_new0(EnvRepeat, 1);
    EnvOptions o = scenario->options;
    o.independent = true;
    o.torture = false;
    r->scenario = scenario;
    r->worlds = env_worlds_new(&o, error);
    if (!r->worlds)
        return NULL;
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++)
        env_worlds_spec(r->worlds, which)->watchers = 0;
    return g_steal_pointer(&r);
}

EnvWorlds *env_repeat_worlds(EnvRepeat *r) { return r->worlds; }

void env_repeat_free(EnvRepeat *r)
{
    if (!r)
        return;
    uc_world_free(r->world);
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++)
        env_lua_free(r->lua[which]);
    env_worlds_free(r->worlds);
    g_free(r);
}

static void put_script(EnvRepeat *r, EnvWorld which)
{
    UcWorldSpec *spec = env_worlds_spec(r->worlds, which);
    spec->machine[UC_Z].class = &env_lua_z;
    spec->machine[UC_Z].host = r->lua[which];
    if (r->scenario->has_adversary) {
        spec->machine[UC_A].class = &env_lua_a;
        spec->machine[UC_A].host = r->lua[which];
    }
}

/* The interpreter of a world, ready to run: a fresh one, or the one that ended in good order before. */
static bool ready(EnvRepeat *r, EnvWorld which, GError **error)
{
    EnvLua **lua = &r->lua[which];
    if (*lua && (*lua)->message)
        g_clear_pointer(lua, env_lua_free);
    bool ok = *lua != NULL;
    if (ok) {
        ok = env_lua_again(*lua);
    } else {
        *lua = env_lua_new(env_scenario_file(r->scenario));
        ok = env_lua_start(*lua, r->scenario, r->worlds, which, "environment");
    }
    if (!ok)
        g_set_error_literal(error, ENV_ERROR, (*lua)->limit ? ENV_ERROR_LIMIT : ENV_ERROR_SCRIPT, (*lua)->message);
    return ok;
}

bool env_repeat_run(EnvRepeat *r, EnvWorld which, const uint8_t seed[UC_SEED_BYTES], UcObserver observe, void *data,
                    EnvRepeated *out, GError **error)
{
    g_assert(r && seed && out);
    g_clear_pointer(&r->world, uc_world_free);
    env_worlds_restart(r->worlds, seed);
    if (!ready(r, which, error))
        return false;
    put_script(r, which);
    r->world = env_worlds_start(r->worlds, which);
    if (observe)
        uc_world_observe(r->world, observe, data);
    *out = (EnvRepeated){ r->world, uc_world_run(r->world), r->lua[which]->guessed, r->lua[which]->feature };
    return true;
}
