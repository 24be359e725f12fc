#include "environments/runs/run.h"

#include "environments/script.h"
#include "environments/worlds/disk.h"

struct EnvRun {
    EnvWorlds *worlds, *owned; /* owned: NULL when they are the caller's */
    EnvScript *script[ENV_WORLDS]; /* NULL: not run */
    UcLock lock;
    UcFileStore *files; /* NULL: no store on disk */
    EnvHarvester *harvester; /* NULL: nobody harvests */
    EnvHarvested harvested[ENV_WORLDS];
};

/* A world of this script, not yet run. */
static UcWorld *start_world(EnvRun *run, EnvScript *script, EnvWorld which)
{
    UcWorldSpec *spec = env_worlds_spec(run->worlds, which);
    env_script_put(script, spec);
    if (run->harvester)
        env_harvester_follow(run->harvester, &spec->machine[UC_Z]);
    return env_worlds_start(run->worlds, which);
}

static bool same_views(const UcWorld *a, const UcWorld *b)
{
    size_t na, nb, i = 0;
    const UcViewEntry *va = uc_world_view(a, &na), *vb = uc_world_view(b, &nb);
    while (i < na && i < nb && uc_view_entry_equal(&va[i], &vb[i]))
        i++;
    return na == nb && i == na;
}

/* Torture mode: a script cannot be copied, so it runs once more from the start and must do the same. The world of
 * the first run stays as it is. */
static bool repeats(EnvRun *run, const EnvScenario *scenario, EnvWorld which, GError **error)
{
    g_autoptr(EnvScript) again = env_script_start(scenario, run->worlds, which, false, error);
    if (!again)
        return false;
    UcWorldSpec *spec = env_worlds_spec(run->worlds, which), kept = *spec;
    UcWorld *world = start_world(run, again, which);
    if (run->harvester)
        env_harvester_watch(run->harvester, world);
    UcStop stop = uc_world_run(world);
    bool same = stop == run->lock.stop[which] && same_views(world, run->lock.world[which]) &&
                uc_world_activations(world) == uc_world_activations(run->lock.world[which]);
    uc_world_free(world);
    *spec = kept;
    if (!same)
        g_set_error(error, ENV_ERROR, ENV_ERROR_SCRIPT, "%s: torture mode: two runs of the script in the %s world differ",
                    env_scenario_file(scenario), env_world_name[which]);
    return same;
}

static bool put_on_disk(EnvRun *run, const EnvOptions *options, GError **error)
{
    run->files = env_disk_open(options, options->store, error);
    if (!run->files || !uc_filestore_attach(run->files, run->lock.world[ENV_REAL], error))
        return false;
    if (uc_filestore_was_used(run->files)) /* the watchers' books begin with the run and know no older key */
        env_worlds_spec(run->worlds, ENV_REAL)->watchers = 0;
    return true;
}

static bool run_world(EnvRun *run, const EnvScenario *scenario, EnvWorld which, UcObserver observe, void *data,
                      GError **error)
{
    run->script[which] = env_script_start(scenario, run->worlds, which, false, error);
    if (!run->script[which])
        return false;
    run->lock.world[which] = start_world(run, run->script[which], which);
    if (which == ENV_REAL && scenario->options.store && !put_on_disk(run, &scenario->options, error))
        return false;
    if (observe)
        uc_world_observe(run->lock.world[which], observe, data);
    if (run->harvester)
        env_harvester_watch(run->harvester, run->lock.world[which]);
    uc_lock_run(&run->lock, which);
    if (run->harvester)
        run->harvested[which] = env_harvester_result(run->harvester);
    return !scenario->options.torture || repeats(run, scenario, which, error);
}

/* `worlds`: NULL: of the scenario's options. */
static EnvRun *run_new(EnvWorlds *worlds, const EnvScenario *scenario, GError **error)
{
    if (!scenario->has_environment) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_SCRIPT, "%s: expected a scenario with 'environment': this one can only "
                    "be explored", env_scenario_file(scenario));
        return NULL;
    }
    g_autoptr(EnvRun) run = g_new0(EnvRun, 1);
    run->lock.worlds = ENV_WORLDS;
    run->owned = worlds ? NULL : env_scenario_worlds(scenario, error);
    run->worlds = worlds ? worlds : run->owned;
    if (!run->worlds)
        return NULL;
    if (scenario->options.harvest && !(run->harvester = env_harvester_new(run->worlds, error)))
        return NULL;
    return g_steal_pointer(&run);
}

EnvRun *env_run_both(const EnvScenario *scenario, UcObserver observe, void *data, GError **error)
{
    return env_run_both_on(NULL, scenario, observe, data, error);
}

EnvRun *env_run_both_on(EnvWorlds *worlds, const EnvScenario *scenario, UcObserver observe, void *data, GError **error)
{
    g_assert(scenario);
    g_autoptr(EnvRun) run = run_new(worlds, scenario, error);
    if (!run)
        return NULL;
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++) {
        if (!run_world(run, scenario, which, observe, data, error))
            return NULL;
    }
    uc_lock_judge(&run->lock);
    return g_steal_pointer(&run);
}

EnvRun *env_run_one(const EnvScenario *scenario, EnvWorld which, UcObserver observe, void *data, GError **error)
{
    g_assert(scenario && which < ENV_WORLDS);
    g_autoptr(EnvRun) run = run_new(NULL, scenario, error);
    if (!run || !run_world(run, scenario, which, observe, data, error))
        return NULL;
    return g_steal_pointer(&run);
}

void env_run_free(EnvRun *run)
{
    if (!run)
        return;
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++) {
        uc_world_free(run->lock.world[which]);
        env_script_free(run->script[which]);
    }
    uc_filestore_close(run->files);
    env_harvester_free(run->harvester);
    env_worlds_free(run->owned);
    g_free(run);
}

bool env_run_harvested(const EnvRun *run, EnvWorld which, EnvHarvested *out)
{
    g_assert(run && which < ENV_WORLDS && out);
    *out = run->harvested[which];
    return run->harvester != NULL;
}

int env_run_line(const EnvRun *run, uint64_t activation, EnvWorld which)
{
    g_assert(run && which < ENV_WORLDS);
    return run->script[which] ? env_script_line(run->script[which], activation) : 0;
}

/* ---- prefix ---- */

static void record_write(void *data, const UcWorld *world, const UcActivation *a)
{
    const UcResult *r = &a->outcome.result;
    if (a->machine != UC_Z || r->code != UC_SEND)
        return;
    UcEnvelope e = { UC_Z, r->to, r->peer, r->message };
    g_array_append_val((GArray *)data, e);
}

GArray *env_run_prefix(const EnvScenario *scenario, EnvWorlds *worlds, GError **error)
{
    g_assert(scenario && worlds);
    g_autoptr(GArray) writes = g_array_new(FALSE, FALSE, sizeof(UcEnvelope));
    if (!scenario->has_prefix)
        return g_steal_pointer(&writes);
    g_autoptr(EnvScript) script = env_script_start(scenario, worlds, ENV_REAL, true, error);
    if (!script)
        return NULL;
    UcWorldSpec spec = *env_worlds_spec(worlds, ENV_REAL);
    env_script_put(script, &spec);
    UcLayout *layout = uc_layout_new();
    UcWorld *world = uc_world_new(&spec, env_worlds_store(worlds), layout, env_worlds_options(worlds)->seed);
    uc_world_observe(world, record_write, writes);
    UcStop stop = uc_world_run(world);
    if (stop != UC_STOP_HALT) {
        g_autofree char *whole = env_scenario_whole(scenario, uc_world_why(world));
        g_set_error(error, ENV_ERROR, stop == UC_STOP_LIMIT ? ENV_ERROR_LIMIT : ENV_ERROR_SCRIPT, "prefix: %s", whole);
        g_clear_pointer(&writes, g_array_unref);
    }
    uc_world_free(world);
    uc_layout_free(layout);
    return g_steal_pointer(&writes);
}

bool env_run_went_on(const EnvRun *run)
{
    g_assert(run);
    return run->files && uc_filestore_was_used(run->files);
}

UcComparison env_run_comparison(const EnvRun *run)
{
    g_assert(run && run->lock.world[ENV_REAL] && run->lock.world[ENV_IDEAL]);
    return run->lock.last;
}

const UcLock *env_run_lock(const EnvRun *run) { return &run->lock; }
UcStop env_run_stop(const EnvRun *run, EnvWorld which) { return run->lock.stop[which]; }
UcWorld *env_run_world(EnvRun *run, EnvWorld which) { return run->lock.world[which]; }

bool env_run_script_stopped(EnvRun *run, const UcWorld *world)
{
    g_assert(run);
    for (EnvWorld which = ENV_REAL; world && which < ENV_WORLDS; which++) {
        if (env_run_world(run, which) == world)
            return env_run_stop(run, which) == UC_STOP_SCRIPT;
    }
    return false;
}
