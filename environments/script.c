#include "environments/script.h"

void env_script_init(EnvScript *script)
{
    g_assert(script);
    script->line = g_array_new(FALSE, FALSE, sizeof(EnvScriptLine));
    script->feature = g_array_new(FALSE, FALSE, sizeof(EnvScriptFeature));
}

void env_script_clear(EnvScript *script)
{
    g_array_unref(script->line);
    g_array_unref(script->feature);
}

EnvScript *env_script_start(const EnvScenario *scenario, EnvWorlds *worlds, EnvWorld which, bool prefix, GError **error)
{
    g_assert(scenario && scenario->host && worlds && which < ENV_WORLDS);
    return scenario->host->start(scenario, worlds, which, prefix, error);
}

EnvScript *env_script_again(EnvScript *script, GError **error)
{
    g_assert(script);
    return script->host->again(script, error);
}

void env_script_free(EnvScript *script)
{
    if (script)
        script->host->free(script);
}

void env_script_put(EnvScript *script, UcWorldSpec *spec)
{
    g_assert(script && spec);
    spec->machine[UC_Z].class = script->z;
    spec->machine[UC_Z].host = script;
    if (script->a) {
        spec->machine[UC_A].class = script->a;
        spec->machine[UC_A].host = script;
    }
}

int env_script_line(const EnvScript *script, uint64_t activation)
{
    g_assert(script);
    guint low = 0, high = script->line->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        const EnvScriptLine *l = &g_array_index(script->line, EnvScriptLine, middle);
        if (l->activation == activation)
            return l->line;
        if (l->activation < activation)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}
