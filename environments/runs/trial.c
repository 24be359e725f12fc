#include "environments/runs/trial.h"

#include <string.h>

#include "environments/runs/traced.h"
#include "environments/worlds/options.h"

static const UcInterface *interface_of(const EnvScenario *s) { return s->options.triple->protocol->interface; }

/* The verdict of one of several runs makes place for that of the next. */
static void forget_verdict(EnvTrial *t)
{
    g_clear_pointer(&t->rule, g_free);
    g_clear_pointer(&t->why, g_free);
    g_clear_pointer(&t->compromised, g_free);
    t->stopped = t->met = false;
    t->world = NULL;
    t->entry = -1;
}

void env_trial_clear(EnvTrial *t)
{
    g_assert(t);
    forget_verdict(t);
    g_clear_pointer(&t->compared, g_free);
}

static const char *broken_rule(EnvRun *run)
{
    const char *rule = NULL;
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS && !rule; which++)
        rule = uc_world_broken_rule(env_run_world(run, which), NULL);
    return rule;
}

static void judge(const EnvScenario *s, EnvRun *run, EnvTrial *t)
{
    UcComparison v = env_run_comparison(run);
    const UcInterface *interface = interface_of(s);
    forget_verdict(t);
    t->verdict = v.verdict;
    t->why = g_strdup(v.why);
    t->stopped = v.verdict == UC_ERROR && env_run_script_stopped(run, v.world);
    if (t->stopped)
        return;
    t->rule = g_strdup(broken_rule(run));
    t->compromised = interface->compromised ? interface->compromised(env_run_world(run, ENV_REAL)) : NULL;
    t->harvested = env_run_harvested(run, ENV_REAL, &t->harvest);
    t->world = v.world ? env_world_name[uc_world_spec(v.world)->ideal ? ENV_IDEAL : ENV_REAL] : NULL;
    t->entry = v.verdict == UC_DISTINGUISHED ? (int64_t)v.entry : -1;
    t->met = uc_lock_meets(env_run_lock(run), (UcOutlook){ s->expect, s->expect_rule });
}

bool env_trial_once(const EnvScenario *s, EnvTrial *out, GString **trace, GError **error)
{
    g_assert(s && out);
    *out = (EnvTrial){ .entry = -1 };
    g_autoptr(EnvRun) run = NULL;
    if (trace)
        *trace = env_trace_scenario(s, &run, error);
    else
        run = env_run_both(s, NULL, NULL, error);
    if (!run)
        return false;
    judge(s, run, out);
    return true;
}

/* ---- with seeds ---- */

/* What only the runs together show. */
static void judge_together(const EnvScenario *s, const UcOverRuns *over, void *together, EnvTrial *t)
{
    const char *rule = over->broken(together);
    if (!rule || !t->met)
        return;
    forget_verdict(t);
    t->together = true;
    t->verdict = uc_verdict_of_rule(interface_of(s)->rules, rule);
    t->rule = g_strdup(rule);
    t->why = g_strdup(rule);
    t->world = env_world_name[ENV_REAL];
    t->met = s->expect == t->verdict && (!s->expect_rule || g_str_has_prefix(rule, s->expect_rule));
}

static bool is_toy(EnvScenario *s)
{
    g_autoptr(GArray) toys = env_options_toys(&s->options);
    return toys->len > 0;
}

/* Every seed that may come must be one that --seed takes. */
static bool seeds_fit(uint64_t first, unsigned most, GError **error)
{
    if (first <= (uint64_t)G_MAXINT64 - (most - 1))
        return true;
    g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "--seeds: expected seeds up to 2^63 - 1, got %u from %" G_GUINT64_FORMAT
                " on", most, first);
    return false;
}

/* `over` and `together`: the rules over many runs and what they have seen; or NULL, both. */
static bool run_one(const EnvScenario *s, const UcOverRuns *over, void *together, EnvTrial *t, GError **error)
{
    g_autoptr(EnvRun) run = env_run_both(s, over ? over->observe : NULL, together, error);
    if (!run)
        return false;
    judge(s, run, t);
    if (over)
        over->end_run(together, env_run_world(run, ENV_REAL));
    return true;
}

static bool run_all(EnvScenario *s, unsigned wanted, const UcOverRuns *over, void *together, EnvTrial *t, GError **error)
{
    const bool toy = is_toy(s);
    const uint64_t first = env_seed_number(s->options.seed);
    if (!seeds_fit(first, toy ? 2 * wanted : wanted, error))
        return false;
    for (bool go_on = true; go_on && t->runs - t->lucky < wanted; t->runs++) {
        env_seed(first + t->runs, s->options.seed);
        if (!run_one(s, over, together, t, error))
            return false;
        bool lucky = toy && !t->met && !t->stopped && t->lucky < wanted;
        t->lucky += lucky;
        go_on = t->met || lucky;
    }
    if (over)
        judge_together(s, over, together, t);
    return true;
}

bool env_trial_seeds(EnvScenario *s, unsigned runs, EnvTrial *out, GError **error)
{
    g_assert(s && runs && out);
    *out = (EnvTrial){ .entry = -1 };
    const UcOverRuns *over = s->options.sessions ? NULL : interface_of(s)->over_runs; /* they see all of a world as one session */
    void *together = over ? over->begin() : NULL;
    bool ok = run_all(s, runs, over, together, out, error);
    if (over) {
        out->compared = over->compared(together);
        over->free(together);
    }
    return ok;
}
