/* ucsim check: scenarios through both worlds, one line each. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/session.h"
#include "cli/suite.h"
#include "report/json.h"
#include "report/tap.h"
#include "report/text.h"

enum { DEFAULT_SEED = 1, MAX_SEEDS = 100000, NO_SEEDS = INT_MIN /* the option was not given */ };

typedef struct {
    gboolean tap, json, quiet, torture, show, harvest, junit_times;
    CliSuiteFiles to;
    char *seed, *crypto, *color;
    int jobs, seeds; /* seeds: 0: one run, else that many, one after the other */
    char **path;
    uint64_t seed_number;
    bool seed_given;
    EnvShared *shared; /* by all runs */
} Options;

/* One instance of a scenario, or a file that could not be loaded. */
typedef struct {
    CliRow row;            /* title: NULL when it could not be loaded */
    const Options *options;
    EnvScenario *scenario; /* NULL: row.error says why */
    char *compromised;
    unsigned runs;        /* with as many seeds, the last of them that of the verdict */
    unsigned lucky;       /* of them had another verdict, as toy parameters allow */
    UcNamedCount *compared; /* over them; NULL: nothing */
    bool harvested;
    EnvHarvested harvest; /* in the real world */
    double seconds;
} Case;

static void case_free(gpointer data)
{
    Case *c = data;
    cli_row_clear(&c->row);
    g_free(c->compromised);
    g_free(c->compared);
    env_scenario_free(c->scenario);
    g_free(c);
}

/* ---- what is to be checked ---- */

static void apply(const Options *o, EnvScenario *s)
{
    s->options.shared = o->shared;
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
    g_autofree char *file = cli_quote(c->row.file);
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

static Case *case_new(const Options *o, const char *file, EnvScenario *scenario)
{
    Case *c = g_new0(Case, 1);
    *c = (Case){ .options = o, .scenario = scenario, .row = { .file = g_strdup(file), .entry = -1, .code = CLI_USAGE } };
    c->row.reproduce = command_of(c, o->seed_given ? &o->seed_number : NULL, o->seeds);
    if (!scenario)
        return c;
    apply(o, scenario);
    c->row.title = scenario->instance ? g_strdup_printf("%s (%s)", scenario->title, scenario->instance)
                                  : g_strdup(scenario->title);
    c->row.expect = uc_outlook_print((UcOutlook){ scenario->expect, scenario->expect_rule });
    return c;
}

static void load(const Options *o, const char *file, GPtrArray *cases)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) instances = env_scenario_load(file, &error);
    if (!instances) {
        Case *failed = case_new(o, file, NULL);
        cli_row_fail(&failed->row, cli_code_of(error), error->message);
        g_ptr_array_add(cases, failed);
        return;
    }
    while (instances->len)
        g_ptr_array_add(cases, case_new(o, file, g_ptr_array_steal_index(instances, 0)));
}

static bool load_all(const Options *o, const char *const *path, GPtrArray *cases, GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    for (; *path; path++) {
        if (!cli_scenario_files(*path, files, error))
            return false;
    }
    for (guint i = 0; i < files->len; i++)
        load(o, files->pdata[i], cases);
    return true;
}

/* ---- one scenario ---- */

static const UcInterface *interface_of(const Case *c) { return c->scenario->options.triple->protocol->interface; }

static bool as_expected(const Case *c) { return c->row.code == CLI_OK; }

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
    const UcInterface *interface = interface_of(c);
    const char *rule = broken_rule(run);
    if (v.verdict == UC_ERROR && cli_script_stopped(run, v.world)) {
        cli_row_fail(&c->row, CLI_USAGE, v.why);
        return;
    }
    c->row.verdict = g_strdup(uc_verdict_name[v.verdict]);
    c->row.rule = g_strdup(rule);
    c->compromised = interface->compromised ? interface->compromised(env_run_world(run, ENV_REAL)) : NULL;
    c->row.why = g_strdup(v.why);
    c->harvested = env_run_harvested(run, ENV_REAL, &c->harvest);
    c->row.world = v.world ? g_strdup(uc_world_spec(v.world)->ideal ? "ideal" : "real") : NULL;
    c->row.entry = v.verdict == UC_DISTINGUISHED ? (int64_t)v.entry : -1;
    bool met = uc_lock_meets(env_run_lock(run), (UcOutlook){ c->scenario->expect, c->scenario->expect_rule });
    c->row.code = cli_code_of_verdict(v.verdict, met);
    if (v.verdict == UC_LIMIT && !met)
        c->row.details = g_strdup_printf("%s\n  %s\n", c->row.title, c->row.why);
}

static void details_of(Case *c, const GString *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(UcTrace) trace = uc_trace_read(text->str, text->len, "trace", &error);
    if (!trace) {
        g_autofree char *why = g_strdup_printf("internal error: a trace that cannot be read: %s", error->message);
        cli_row_fail(&c->row, CLI_INTERNAL, why);
        return;
    }
    const Options *o = c->options;
    RepTextOptions shown = { .color = !o->tap && !o->json && cli_color(o->color) };
    c->row.details = rep_text_divergence(trace, &shown);
}

/* Whether the divergence is to be printed. A limit has none, and its trace would be huge. */
static bool is_shown(const Case *c)
{
    return !c->row.error && strcmp(c->row.verdict, uc_verdict_name[UC_INDISTINGUISHABLE]) &&
           strcmp(c->row.verdict, uc_verdict_name[UC_LIMIT]) &&
           (!as_expected(c) || c->options->show);
}

/* The run again, for its trace: the same seed gives the same run. */
static bool run_with_trace(Case *c, GError **error)
{
    g_autoptr(EnvRun) run = NULL;
    g_autoptr(GString) text = cli_trace_scenario(c->scenario, &run, error);
    if (!text)
        return false;
    if (!c->row.verdict)
        judge(c, run);
    if (is_shown(c))
        details_of(c, text);
    if (!c->row.error)
        c->row.trace = g_steal_pointer(&text);
    return true;
}

/* `runs`: of the interface's rules over many runs; NULL: none. */
static bool run_without(Case *c, void *runs, GError **error)
{
    const UcOverRuns *over = runs ? interface_of(c)->over_runs : NULL;
    g_autoptr(EnvRun) run = env_run_both(c->scenario, over ? over->observe : NULL, runs, error);
    if (!run)
        return false;
    judge(c, run);
    if (over)
        over->end_run(runs, env_run_world(run, ENV_REAL));
    return true;
}

/* The verdict of one of several runs makes place for that of the next. */
static void forget_verdict(Case *c)
{
    char **text[] = { &c->row.verdict, &c->row.rule, &c->compromised, &c->row.why, &c->row.world, &c->row.error, &c->row.details };
    for (size_t i = 0; i < G_N_ELEMENTS(text); i++)
        g_clear_pointer(text[i], g_free);
}

/* What only the runs together show. */
static void judge_runs(Case *c, const UcOverRuns *over, void *runs)
{
    const char *rule = over->broken(runs);
    if (!rule || !as_expected(c))
        return;
    const EnvScenario *s = c->scenario;
    forget_verdict(c);
    c->row.verdict = g_strdup(uc_verdict_name[over->verdict]);
    c->row.rule = g_strdup(rule);
    c->row.why = g_strdup(rule);
    c->row.world = g_strdup("real");
    c->row.entry = -1;
    bool met = s->expect == over->verdict && (!s->expect_rule || g_str_has_prefix(rule, s->expect_rule));
    c->row.code = cli_code_of_verdict(over->verdict, met);
    c->row.details = g_strdup_printf("%s\n  %s\n", c->row.title, rule);
}

/* With toy parameters some seeds let A guess right (docs/advantage.md): the next seed is taken instead, as often as
 * there are to be runs. */
static bool is_toy(const Case *c)
{
    g_autoptr(GArray) toys = env_options_toys(&c->scenario->options);
    return toys->len > 0;
}

static bool is_lucky(const Case *c, unsigned wanted)
{
    return is_toy(c) && !as_expected(c) && !c->row.error && c->lucky < wanted;
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
static bool run_seeds(Case *c, void *runs, GError **error)
{
    unsigned wanted = (unsigned)c->options->seeds;
    uint64_t first = env_seed_number(c->scenario->options.seed), last = first;
    if (!seeds_fit(c, first, wanted, error))
        return false;
    for (bool go_on = true; go_on && c->runs - c->lucky < wanted; c->runs++) {
        forget_verdict(c);
        last = first + c->runs;
        env_seed(last, c->scenario->options.seed);
        if (!run_without(c, runs, error))
            return false;
        bool lucky = is_lucky(c, wanted);
        c->lucky += lucky;
        go_on = as_expected(c) || lucky;
    }
    if (runs)
        judge_runs(c, interface_of(c)->over_runs, runs);
    if (as_expected(c) || c->row.details)
        return true;
    g_free(c->row.reproduce);
    c->row.reproduce = command_of(c, &last, 0);
    return !is_shown(c) || run_with_trace(c, error);
}

static bool run_all_seeds(Case *c, GError **error)
{
    const UcOverRuns *over = interface_of(c)->over_runs;
    void *runs = over ? over->begin() : NULL;
    bool ok = run_seeds(c, runs, error);
    if (runs) {
        c->compared = over->compared(runs);
        over->free(runs);
    }
    return ok;
}

/* Without a trace; only what is to be shown is run again with one. */
static bool run_case(Case *c, GError **error)
{
    if (c->options->seeds)
        return run_all_seeds(c, error);
    if (c->options->to.trace)
        return run_with_trace(c, error);
    return run_without(c, NULL, error) && (!is_shown(c) || run_with_trace(c, error));
}

static void work(void *row)
{
    Case *c = row;
    GError *error = NULL;
    gint64 started = g_get_monotonic_time();
    if (c->scenario && !run_case(c, &error)) {
        cli_row_fail(&c->row, cli_code_of(error), error->message);
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
    bool later = as_expected(c) && wanted && !g_str_has_prefix(c->row.rule, wanted);
    printf(" (%s%s%s)", c->row.rule, later ? "; then, as expected, " : "", later ? wanted : "");
}

static void print_case(const Case *c, bool quiet, bool color)
{
    if (as_expected(c) && quiet)
        return;
    cli_suite_print_mark(&c->row, color);
    if (c->row.error) { /* its message goes to stderr */
        printf("%s\n", c->row.title ? c->row.title : c->row.file);
        return;
    }
    printf("%s: %s", c->row.title, c->row.verdict);
    if (c->runs)
        printf(" (%u seed%s%s)", c->runs, c->runs == 1 ? "" : "s", c->lucky ? "; toy parameters, in some A guesses right" : "");
    if (c->row.rule && strcmp(c->row.verdict, "indistinguishable"))
        print_rule(c);
    if (c->compromised) /* the promise speaks of other keys only */
        printf(" (compromised: %s %s)", interface_of(c)->asset, c->compromised);
    if (c->harvested && c->harvest.seeds)
        printf(" (harvested: %u seed%s, %u forger%s accepted)", c->harvest.seeds, c->harvest.seeds == 1 ? "" : "s",
               c->harvest.accepted, c->harvest.accepted == 1 ? "y" : "ies");
    printf("%s%s\n", as_expected(c) ? "" : ", expected ", as_expected(c) ? "" : c->row.expect);
    if (c->row.details)
        printf("\n%s\n", c->row.details);
    if (!as_expected(c))
        printf("reproduce: %s\n\n", c->row.reproduce);
}

static RepResult *results_of(const GPtrArray *cases)
{
    RepResult *out = g_new0(RepResult, cases->len + 1);
    for (guint i = 0; i < cases->len; i++) {
        const Case *c = cases->pdata[i];
        RepResult *r = &out[i];
        *r = cli_row_result(&c->row);
        r->compromised = c->compromised;
        r->asset = c->scenario ? interface_of(c)->asset : NULL;
        r->runs = c->runs;
        r->compared = c->compared;
        r->harvested = c->harvested;
        r->guesses = c->harvest.guesses;
        r->seeds = c->harvest.seeds;
        r->forgeries = c->harvest.accepted;
        r->seconds = c->seconds;
        r->seed = c->scenario ? env_seed_number(c->scenario->options.seed) : c->options->seed_number;
    }
    return out;
}

/* `started`: microseconds since 1970. */
static bool write_files(const Options *o, const GPtrArray *cases, const RepResult *results, gint64 started, GError **error)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(started / G_USEC_PER_SEC);
    g_autofree char *when = g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");
    RepJunitRun run = { when, g_get_host_name(), (double)(g_get_real_time() - started) / G_USEC_PER_SEC };
    return cli_suite_write_files("check", &o->to, cases, results, o->junit_times ? &run : NULL, error);
}

static void print_all(const Options *o, const GPtrArray *cases, const RepResult *results, const RepSummary *summary)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (guint i = 0; i < cases->len; i++) {
        const Case *c = cases->pdata[i];
        if (c->row.error)
            cli_fail(c->row.code, "%s", c->row.error);
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
    const char *built_in[] = { cli_scenario_folder(), NULL }, *const *path = o->path ? (const char *const *)o->path : built_in;
    g_autoptr(GPtrArray) cases = g_ptr_array_new_with_free_func(case_free);
    if (!load_all(o, path, cases, &error))
        return cli_fail_error(error);
    int code = cli_suite_check_files("check", &o->to, path, cli_is_scenario, cases);
    if (code != CLI_OK)
        return code;
    cli_suite_run(cases, work, "scenario", o->jobs, o->quiet);
    RepSummary summary = cli_suite_count(cases);
    g_autofree RepResult *results = results_of(cases);
    print_all(o, cases, results, &summary);
    if (!write_files(o, cases, results, started, &error))
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
    if (o->seeds && o->to.trace)
        return cli_fail(CLI_USAGE, "check: expected --seeds or --trace, got both; a trace is of one run");
    if (o->junit_times && !o->to.junit)
        return cli_fail(CLI_USAGE, "check: expected --junit FILE with --junit-times");
    if (o->tap && o->json)
        return cli_fail(CLI_USAGE, "check: expected --tap or --json, got both");
    o->shared = env_shared_new();
    const int code = check(o);
    env_shared_free(o->shared);
    return code;
}

/* Of all interfaces: "A4". Free with g_free(). */
static char *rules_over_runs(void)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const UcTriple *t = env_triple; t->protocol; t++) {
        const UcOverRuns *over = t->protocol->interface->over_runs;
        if (over && !g_ptr_array_find_with_equal_func(names, over->rule, g_str_equal, NULL))
            g_ptr_array_add(names, (gpointer)over->rule);
    }
    g_ptr_array_add(names, NULL);
    return g_strjoinv(", ", (char **)names->pdata);
}

int cli_check(int argc, char **argv)
{
    g_autofree char *rules = rules_over_runs();
    g_autofree char *seeds = g_strdup_printf("each with N seeds, one after the other, and rule %s over them", rules);
    Options o = { .jobs = 1, .seeds = NO_SEEDS };
    const GOptionEntry entries[] = {
        { "seed", 0, 0, G_OPTION_ARG_STRING, &o.seed, "run seed (default: the scenario's, or 1)", "N" },
        { "seeds", 0, 0, G_OPTION_ARG_INT, &o.seeds, seeds, "N" },
        { "crypto", 0, 0, G_OPTION_ARG_STRING, &o.crypto, "real or ideal, instead of the scenario's", "WHICH" },
        { "jobs", 'j', 0, G_OPTION_ARG_INT, &o.jobs, "scenarios at a time (1); the output is the same", "N" },
        { "torture", 0, 0, G_OPTION_ARG_NONE, &o.torture, "run every activation twice and compare", NULL },
        { "harvest", 0, 0, G_OPTION_ARG_NONE, &o.harvest, "when a script is over, forge with what the adversary saw", NULL },
        { "show", 0, 0, G_OPTION_ARG_NONE, &o.show, "show divergences that are expected, too", NULL },
        { "trace", 0, 0, G_OPTION_ARG_FILENAME, &o.to.trace, "write the trace; a folder: one file for each scenario", "FILE" },
        { "tap", 0, 0, G_OPTION_ARG_NONE, &o.tap, "print TAP, for prove -e 'ucsim check --tap'", NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "print JSON (docs/json-schema.md)", NULL },
        { "junit", 0, 0, G_OPTION_ARG_FILENAME, &o.to.junit, "write JUnit XML too", "FILE" },
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
    char *texts[] = { o.to.junit, o.seed, o.crypto, o.color, o.to.trace };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_strfreev(o.path);
    return code;
}
