#include "environments/runs/repeat.h"

#include "environments/script.h"

struct EnvRepeat {
    const EnvScenario *scenario;
    EnvWorlds *worlds;
    EnvScript *script[ENV_WORLDS]; /* NULL: not started yet */
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
        env_script_free(r->script[which]);
    env_worlds_free(r->worlds);
    g_free(r);
}

/* The script of a world at its start: a fresh one, or that of the run before. */
static bool ready(EnvRepeat *r, EnvWorld which, GError **error)
{
    EnvScript *used = r->script[which];
    r->script[which] = used ? env_script_again(used, error) : env_script_start(r->scenario, r->worlds, which, false, error);
    return r->script[which] != NULL;
}

bool env_repeat_run(EnvRepeat *r, EnvWorld which, const uint8_t seed[UC_SEED_BYTES], UcObserver observe, void *data,
                    EnvRepeated *out, GError **error)
{
    g_assert(r && seed && out);
    g_clear_pointer(&r->world, uc_world_free);
    env_worlds_restart(r->worlds, seed);
    if (!ready(r, which, error))
        return false;
    env_script_put(r->script[which], env_worlds_spec(r->worlds, which));
    r->world = env_worlds_start(r->worlds, which);
    if (observe)
        uc_world_observe(r->world, observe, data);
    UcStop stop = uc_world_run(r->world);
    *out = (EnvRepeated){ r->world, stop, r->script[which] };
    return true;
}
