/* ucsim check: scenarios through both worlds, one line each. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/session.h"
#include "cli/suite.h"
#include "functionality/watchers.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/tap.h"
#include "report/text.h"
#include "simulator/lines.h"

enum { DEFAULT_SEED = 1, MAX_SEEDS = 100000, NO_SEEDS = INT_MIN /* the option was not given */ };

typedef struct {
    gboolean tap, json, quiet, torture, show, harvest, junit_times;
    char *junit, *seed, *crypto, *color, *trace;
    int jobs, seeds; /* seeds: 0: one run, else that many, one after the other */
    char **path;
    uint64_t seed_number;
    bool seed_given;
    SigCache *trees; /* of all runs */
} Options;

/* One instance of a scenario, or a file that could not be loaded. */
typedef struct {
    const Options *options;
    char *file;
    EnvScenario *scenario; /* NULL: `error` says why */
    char *title, *verdict, *expect, *rule, *compromised, *world, *why, *error, *details, *reproduce;
    int64_t entry;
    int code;
    unsigned runs;        /* with as many seeds, the last of them that of the verdict */
    unsigned lucky;       /* of them had another verdict, as short tags and tickets allow */
    DkmSeedsCount coins;  /* what was compared over them */
    bool as_expected, harvested;
    EnvHarvested harvest; /* in the real world */
    double seconds;
    GString *trace;
} Case;

static void case_free(gpointer data)
{
    Case *c = data;
    char *texts[] = { c->file, c->title, c->verdict, c->expect, c->rule, c->compromised, c->world, c->why, c->error,
                      c->details, c->reproduce };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    env_scenario_free(c->scenario);
    if (c->trace)
        g_string_free(c->trace, TRUE);
    g_free(c);
}

/* ---- what is to be checked ---- */

static void apply(const Options *o, EnvScenario *s)
{
    s->options.trees = o->trees;
    if (o->seed_given)
        env_seed(o->seed_number, s->options.seed);
    if (o->crypto)
        s->options.crypto_ideal = !strcmp(o->crypto, "ideal");
    if (o->torture)
        s->options.torture = true;
    if (o->harvest)
        s->options.harvest = true;
}

/* `seed` may be NULL: the scenario's own. */
static char *command_of(const Case *c, const uint64_t *seed, int seeds)
{
    const Options *o = c->options;
    g_autofree char *file = cli_quote(c->file);
    GString *out = g_string_new("ucsim check");
    if (seed)
        g_string_append_printf(out, " --seed %" G_GUINT64_FORMAT, *seed);
    if (seeds)
        g_string_append_printf(out, " --seeds %d", seeds);
    if (o->crypto)
        g_string_append_printf(out, " --crypto %s", o->crypto);
    if (o->torture)
        g_string_append(out, " --torture");
    if (o->harvest)
        g_string_append(out, " --harvest");
    g_string_append_printf(out, " %s", file);
    return g_string_free(out, FALSE);
}

static Case *case_new(const Options *o, const char *file, EnvScenario *scenario, char *error)
{
    Case *c = g_new0(Case, 1);
    *c = (Case){ .options = o, .file = g_strdup(file), .scenario = scenario, .error = error, .entry = -1,
                 .code = CLI_USAGE };
    c->reproduce = command_of(c, o->seed_given ? &o->seed_number : NULL, o->seeds);
    if (!scenario)
        return c;
    apply(o, scenario);
    c->title = scenario->instance ? g_strdup_printf("%s (%s)", scenario->title, scenario->instance)
                                  : g_strdup(scenario->title);
    c->expect = uc_outlook_print((UcOutlook){ scenario->expect, scenario->expect_rule });
    return c;
}

static void load(const Options *o, const char *file, GPtrArray *cases)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) instances = env_scenario_load(file, &error);
    if (!instances) {
        Case *failed = case_new(o, file, NULL, uc_shortened(error->message));
        failed->code = cli_code_of(error);
        g_ptr_array_add(cases, failed);
        return;
    }
    while (instances->len)
        g_ptr_array_add(cases, case_new(o, file, g_ptr_array_steal_index(instances, 0), NULL));
}

static bool load_all(const Options *o, GPtrArray *cases, GError **error)
{
    const char *built_in[] = { cli_scenario_folder(), NULL };
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    for (const char *const *p = o->path ? (const char *const *)o->path : built_in; *p; p++) {
        if (!cli_scenario_files(*p, files, error))
            return false;
    }
    for (guint i = 0; i < files->len; i++)
        load(o, files->pdata[i], cases);
    return true;
}

/* ---- one scenario ---- */

static const char *broken_rule(EnvRun *run)
{
    const char *rule = NULL;
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS && !rule; which++)
        rule = uc_world_broken_rule(env_run_world(run, which), NULL);
    return rule;
}

static void judge(Case *c, EnvRun *run)
{
    UcComparison v = env_run_comparison(run);
    const char *rule = broken_rule(run);
    if (v.verdict == UC_ERROR && cli_script_stopped(run, v.world)) {
        c->error = g_strdup(v.why);
        return;
    }
    c->verdict = g_strdup(uc_verdict_name[v.verdict]);
    c->rule = g_strdup(rule);
    c->compromised = dkm_watch_compromised(env_run_world(run, ENV_REAL));
    c->why = g_strdup(v.why);
    c->harvested = env_run_harvested(run, ENV_REAL, &c->harvest);
    c->world = v.world ? g_strdup(uc_world_spec(v.world)->ideal ? "ideal" : "real") : NULL;
    c->entry = v.verdict == UC_DISTINGUISHED ? (int64_t)v.entry : -1;
    c->as_expected = uc_lock_meets(env_run_lock(run), (UcOutlook){ c->scenario->expect, c->scenario->expect_rule });
    c->code = cli_code_of_verdict(v.verdict, c->as_expected);
    if (v.verdict == UC_LIMIT && !c->as_expected)
        c->details = g_strdup_printf("%s\n  %s\n", c->title, c->why);
}

static void details_of(Case *c, const GString *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(UcTrace) trace = uc_trace_read(text->str, text->len, "trace", &error);
    if (!trace) {
        c->error = g_strdup_printf("internal error: a trace that cannot be read: %s", error->message);
        c->code = CLI_INTERNAL;
        return;
    }
    const Options *o = c->options;
    RepTextOptions shown = { .color = !o->tap && !o->json && cli_color(o->color) };
    c->details = rep_text_divergence(trace, &shown);
}

/* Whether the divergence is to be printed. A limit has none, and its trace would be huge. */
static bool is_shown(const Case *c)
{
    return !c->error && strcmp(c->verdict, uc_verdict_name[UC_INDISTINGUISHABLE]) &&
           strcmp(c->verdict, uc_verdict_name[UC_LIMIT]) &&
           (!c->as_expected || c->options->show);
}

/* The run again, for its trace: the same seed gives the same run. */
static bool run_with_trace(Case *c, GError **error)
{
    g_autoptr(EnvRun) run = NULL;
    g_autoptr(GString) text = cli_trace_scenario(c->scenario, &run, error);
    if (!text)
        return false;
    if (!c->verdict)
        judge(c, run);
    if (is_shown(c))
        details_of(c, text);
    if (!c->error)
        c->trace = g_steal_pointer(&text);
    return true;
}

static bool run_without(Case *c, DkmSeeds *seeds, GError **error)
{
    g_autoptr(EnvRun) run = env_run_both(c->scenario, seeds ? dkm_seeds_observe : NULL, seeds, error);
    if (!run)
        return false;
    judge(c, run);
    if (seeds)
        dkm_seeds_end_run(seeds, env_run_world(run, ENV_REAL));
    return true;
}

/* The verdict of one of several runs makes place for that of the next. */
static void forget_verdict(Case *c)
{
    char **text[] = { &c->verdict, &c->rule, &c->compromised, &c->why, &c->world, &c->error, &c->details };
    for (size_t i = 0; i < G_N_ELEMENTS(text); i++)
        g_clear_pointer(text[i], g_free);
}

/* Progress rule A4: only the runs together show it. */
static void judge_seeds(Case *c, DkmSeeds *seeds)
{
    const char *rule = dkm_seeds_broken(seeds);
    c->coins = dkm_seeds_count(seeds);
    if (!rule || !c->as_expected)
        return;
    const EnvScenario *s = c->scenario;
    forget_verdict(c);
    c->verdict = g_strdup(uc_verdict_name[UC_NO_PROGRESS]);
    c->rule = g_strdup(rule);
    c->why = g_strdup(rule);
    c->world = g_strdup("real");
    c->entry = -1;
    c->as_expected = s->expect == UC_NO_PROGRESS && (!s->expect_rule || g_str_has_prefix(rule, s->expect_rule));
    c->code = cli_code_of_verdict(UC_NO_PROGRESS, c->as_expected);
    c->details = g_strdup_printf("%s\n  %s\n", c->title, rule);
}

/* With a toy tag or ticket some seeds let A guess right (docs/advantage.md): the next seed is taken instead, as often as
 * there are to be runs. */
static bool is_toy(const Case *c)
{
    const EnvOptions *o = &c->scenario->options;
    return o->tag_bytes < SEAL_OVERHEAD_BYTES || o->ticket_bytes < DKM_TICKET_BYTES;
}

static bool is_lucky(const Case *c, unsigned wanted)
{
    return is_toy(c) && !c->as_expected && !c->error && c->lucky < wanted;
}

/* Every seed that may come must be one that --seed takes. */
static bool seeds_fit(const Case *c, uint64_t first, unsigned wanted, GError **error)
{
    unsigned most = is_toy(c) ? 2 * wanted : wanted;
    if (first <= (uint64_t)G_MAXINT64 - (most - 1))
        return true;
    g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "--seeds: expected seeds up to 2^63 - 1, got %u from %" G_GUINT64_FORMAT
                " on", most, first);
    return false;
}

/* The same with seeds that follow each other, until a verdict is another than expected. */
static bool run_seeds(Case *c, GError **error)
{
    g_autoptr(DkmSeeds) seeds = dkm_seeds_new();
    unsigned wanted = (unsigned)c->options->seeds;
    uint64_t first = env_seed_number(c->scenario->options.seed), last = first;
    if (!seeds_fit(c, first, wanted, error))
        return false;
    for (bool go_on = true; go_on && c->runs - c->lucky < wanted; c->runs++) {
        forget_verdict(c);
        last = first + c->runs;
        env_seed(last, c->scenario->options.seed);
        if (!run_without(c, seeds, error))
            return false;
        bool lucky = is_lucky(c, wanted);
        c->lucky += lucky;
        go_on = c->as_expected || lucky;
    }
    judge_seeds(c, seeds);
    if (c->as_expected || c->details)
        return true;
    g_free(c->reproduce);
    c->reproduce = command_of(c, &last, 0);
    return !is_shown(c) || run_with_trace(c, error);
}

/* Without a trace; only what is to be shown is run again with one. */
static bool run_case(Case *c, GError **error)
{
    if (c->options->seeds)
        return run_seeds(c, error);
    if (c->options->trace)
        return run_with_trace(c, error);
    return run_without(c, NULL, error) && (!is_shown(c) || run_with_trace(c, error));
}

static void work(void *row)
{
    Case *c = row;
    GError *error = NULL;
    gint64 started = g_get_monotonic_time();
    if (c->scenario && !run_case(c, &error)) {
        c->code = cli_code_of(error);
        c->error = uc_shortened(error->message);
        g_clear_error(&error);
    }
    c->seconds = (double)(g_get_monotonic_time() - started) / G_USEC_PER_SEC;
}

/* ---- all of them ---- */

/* What the attacker that harvests got, over all. */
static void print_harvest(const GPtrArray *cases)
{
    uint64_t guesses = 0;
    unsigned in = 0, seeds = 0, accepted = 0, bounded = 0;
    for (guint i = 0; i < cases->len; i++) {
        const Case *c = cases->pdata[i];
        in += c->harvested;
        guesses += c->harvest.guesses;
        seeds += c->harvest.seeds;
        accepted += c->harvest.accepted;
        bounded += c->harvest.bounded;
    }
    if (in)
        printf("harvested in %u: %" G_GUINT64_FORMAT " guesses, %u seeds, %u forgeries accepted; bound reached in %u\n", in,
               guesses, seeds, accepted, bounded);
}

/* ---- output ---- */

/* The rule that broke first, and the one that was expected when it broke later. */
static void print_rule(const Case *c)
{
    const char *wanted = c->scenario->expect_rule;
    bool later = c->as_expected && wanted && !g_str_has_prefix(c->rule, wanted);
    printf(" (%s%s%s)", c->rule, later ? "; then, as expected, " : "", later ? wanted : "");
}

static void print_case(const Case *c, bool quiet, bool color)
{
    if (c->as_expected && quiet)
        return;
    cli_suite_print_mark(c->code, c->error, color);
    if (c->error) { /* its message goes to stderr */
        printf("%s\n", c->title ? c->title : c->file);
        return;
    }
    printf("%s: %s", c->title, c->verdict);
    if (c->runs)
        printf(" (%u seed%s%s)", c->runs, c->runs == 1 ? "" : "s", c->lucky ? "; toy parameters, in some A guesses right" : "");
    if (c->rule && strcmp(c->verdict, "indistinguishable"))
        print_rule(c);
    if (c->compromised) /* the promise speaks of other keys only */
        printf(" (compromised: key %s)", c->compromised);
    if (c->harvested && c->harvest.seeds)
        printf(" (harvested: %u seed%s, %u forger%s accepted)", c->harvest.seeds, c->harvest.seeds == 1 ? "" : "s",
               c->harvest.accepted, c->harvest.accepted == 1 ? "y" : "ies");
    printf("%s%s\n", c->as_expected ? "" : ", expected ", c->as_expected ? "" : c->expect);
    if (c->details)
        printf("\n%s\n", c->details);
    if (!c->as_expected)
        printf("reproduce: %s\n\n", c->reproduce);
}

static RepResult *results_of(const GPtrArray *cases)
{
    RepResult *out = g_new0(RepResult, cases->len + 1);
    for (guint i = 0; i < cases->len; i++) {
        const Case *c = cases->pdata[i];
        out[i] = (RepResult){ .file = c->file, .title = c->title, .verdict = c->verdict, .expect = c->expect,
                              .rule = c->rule, .compromised = c->compromised, .world = c->world, .why = c->why,
                              .entry = c->entry, .as_expected = c->as_expected, .error = c->error,
                              .details = c->details, .runs = c->runs, .keys = c->coins.keys,
                              .tickets = c->coins.tickets, .payloads = c->coins.payloads, .harvested = c->harvested,
                              .guesses = c->harvest.guesses, .seeds = c->harvest.seeds, .forgeries = c->harvest.accepted,
                              .reproduce = c->as_expected ? NULL : c->reproduce, .seconds = c->seconds,
                              .seed = c->scenario ? env_seed_number(c->scenario->options.seed)
                                                  : c->options->seed_number };
    }
    return out;
}

static void write_junit(GString *xml, const Options *o, const GPtrArray *cases, gint64 started)
{
    g_autofree RepResult *results = results_of(cases);
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(started / G_USEC_PER_SEC);
    g_autofree char *when = g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");
    RepJunitRun run = { when, g_get_host_name(), (double)(g_get_real_time() - started) / G_USEC_PER_SEC };
    rep_junit(xml, "ucsim check", results, cases->len, o->junit_times ? &run : NULL);
}

/* `started`: microseconds since 1970. */
static bool write_files(const Options *o, const GPtrArray *cases, gint64 started, GError **error)
{
    if (o->junit) {
        g_autoptr(GString) xml = g_string_new(NULL);
        write_junit(xml, o, cases, started);
        if (!cli_write_file(o->junit, xml->str, xml->len, error))
            return false;
    }
    for (guint i = 0; o->trace && i < cases->len; i++) {
        const Case *c = cases->pdata[i];
        if (!cli_suite_write_trace(o->trace, i, c->file, c->trace, error))
            return false;
    }
    return true;
}

static void print_all(const Options *o, const GPtrArray *cases, const RepSummary *summary)
{
    g_autofree RepResult *results = results_of(cases);
    g_autoptr(GString) out = g_string_new(NULL);
    for (guint i = 0; i < cases->len; i++) {
        const Case *c = cases->pdata[i];
        if (c->error)
            cli_fail(c->code, "%s", c->error);
        if (!o->tap && !o->json)
            print_case(c, o->quiet, cli_color(o->color));
    }
    if (o->tap)
        rep_tap(out, results, cases->len);
    else if (o->json)
        rep_json(out, results, cases->len, summary);
    fputs(out->str, stdout);
    if (!o->tap && !o->json && (!o->quiet || summary->as_expected != summary->total)) {
        cli_suite_print_summary(summary, "scenario");
        print_harvest(cases);
    }
}

static int check(const Options *o)
{
    GError *error = NULL;
    gint64 started = g_get_real_time();
    g_autoptr(GPtrArray) cases = g_ptr_array_new_with_free_func(case_free);
    if (!load_all(o, cases, &error))
        return cli_fail_error(error);
    if (!cli_suite_traces_fit(o->trace, cases->len))
        return cli_fail(CLI_USAGE, "check: --trace FILE expects one scenario, got %u; give a folder that exists for more",
                        cases->len);
    cli_suite_run(cases, work, "scenario", o->jobs, o->quiet);
    RepSummary summary = { 0 };
    for (guint i = 0; i < cases->len; i++)
        cli_suite_count(&summary, ((const Case *)cases->pdata[i])->code);
    print_all(o, cases, &summary);
    if (!write_files(o, cases, started, &error))
        return cli_fail_error(error);
    return cli_suite_code(&summary);
}

static int check_options(Options *o)
{
    if (o->crypto && strcmp(o->crypto, "real") && strcmp(o->crypto, "ideal"))
        return cli_fail(CLI_USAGE, "--crypto: expected real or ideal, got '%s'", o->crypto);
    o->seed_given = o->seed != NULL;
    o->seed_number = DEFAULT_SEED;
    if (o->seed && !g_ascii_string_to_unsigned(o->seed, 10, 0, G_MAXINT64, &o->seed_number, NULL))
        return cli_fail(CLI_USAGE, "--seed: expected a number from 0 to 2^63 - 1, got '%s'", o->seed);
    if (cli_check_jobs(o->jobs) != CLI_OK || cli_check_color(o->color) != CLI_OK)
        return CLI_USAGE;
    if (o->seeds == NO_SEEDS)
        o->seeds = 0;
    else if (o->seeds < 2 || o->seeds > MAX_SEEDS)
        return cli_fail(CLI_USAGE, "--seeds: expected 2 to %d, got %d", MAX_SEEDS, o->seeds);
    if (o->seeds && o->trace)
        return cli_fail(CLI_USAGE, "check: expected --seeds or --trace, got both; a trace is of one run");
    if (o->junit_times && !o->junit)
        return cli_fail(CLI_USAGE, "check: expected --junit FILE with --junit-times");
    if (o->tap && o->json)
        return cli_fail(CLI_USAGE, "check: expected --tap or --json, got both");
    o->trees = env_trees_new();
    const int code = check(o);
    sig_cache_free(o->trees);
    return code;
}

int cli_check(int argc, char **argv)
{
    Options o = { .jobs = 1, .seeds = NO_SEEDS };
    const GOptionEntry entries[] = {
        { "seed", 0, 0, G_OPTION_ARG_STRING, &o.seed, "run seed (default: the scenario's, or 1)", "N" },
        { "seeds", 0, 0, G_OPTION_ARG_INT, &o.seeds, "each with N seeds, one after the other, and rule A4 over them", "N" },
        { "crypto", 0, 0, G_OPTION_ARG_STRING, &o.crypto, "real or ideal, instead of the scenario's", "WHICH" },
        { "jobs", 'j', 0, G_OPTION_ARG_INT, &o.jobs, "scenarios at a time (1); the output is the same", "N" },
        { "torture", 0, 0, G_OPTION_ARG_NONE, &o.torture, "run every activation twice and compare", NULL },
        { "harvest", 0, 0, G_OPTION_ARG_NONE, &o.harvest, "when a script is over, forge with what the adversary saw", NULL },
        { "show", 0, 0, G_OPTION_ARG_NONE, &o.show, "show divergences that are expected, too", NULL },
        { "trace", 0, 0, G_OPTION_ARG_FILENAME, &o.trace, "write the trace; a folder: one file for each scenario", "FILE" },
        { "tap", 0, 0, G_OPTION_ARG_NONE, &o.tap, "print TAP, for prove -e 'ucsim check --tap'", NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "print JSON (docs/json-schema.md)", NULL },
        { "junit", 0, 0, G_OPTION_ARG_FILENAME, &o.junit, "write JUnit XML too", "FILE" },
        { "junit-times", 0, 0, G_OPTION_ARG_NONE, &o.junit_times, "JUnit with times and host name, not the same each time", NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o.quiet, "print only what is not as expected", NULL },
        { "color", 0, 0, G_OPTION_ARG_STRING, &o.color, "always, never or auto: on a terminal, without NO_COLOR", "WHEN" },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.path, NULL, NULL },
        { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
    };
    int code;
    if (cli_parse("check", "[SCENARIO...]", "Runs scenarios in the real and in the ideal world, compares what Z saw, and "
                  "tells whether the verdict is the\none that the scenario expects. SCENARIO is a script or a folder of "
                  "scripts; without one, the built-in\nscenarios.\n\nExit code: 0 all as expected, 1 another verdict, 2 "
                  "an error, 3 a limit, 4 an internal error.\n\nExamples:\n"
                  "  ucsim check mine.lua\n"
                  "  ucsim check --trace run.jsonl mine.lua && ucsim diagram run.jsonl -o run.svg\n"
                  "  ucsim check --seeds 8 --harvest mine.lua\n"
                  "  ucsim check --jobs 2 --junit report.xml scenarios/", entries, &argc, &argv, &code))
        code = check_options(&o);
    char *texts[] = { o.junit, o.seed, o.crypto, o.color, o.trace };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_strfreev(o.path);
    return code;
}
