/* ucsim check: scenarios through both worlds, one line each. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/session.h"
#include "cli/suite.h"
#include "environments/lua/lua_load.h"
#include "environments/runs/traced.h"
#include "environments/runs/trial.h"
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
    EnvTrial trial;
    double seconds;
    bool unharvested;      /* --harvest was given, and nobody can harvest in this one */
} Case;

static void case_free(gpointer data)
{
    Case *c = data;
    cli_row_clear(&c->row);
    env_trial_clear(&c->trial);
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
}

/* `seed` may be NULL: the scenario's own. */
static char *command_of(const Case *c, const uint64_t *seed, int seeds)
{
    const Options *o = c->options;
    g_autofree char *file = cli_quote(c->row.file);
    GString *out = g_string_new(cli_program());
    g_string_append(out, " check");
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
    c->row.title = env_scenario_title(scenario);
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

static bool can_harvest(const EnvScenario *s)
{
    return !s->options.sessions && s->options.triple->kit && s->options.triple->kit->harvest;
}

/* Where nobody can harvest that is an error, unless others are harvested: then it is said. */
static void ask_to_harvest(const GPtrArray *cases)
{
    bool any = false;
    for (guint i = 0; i < cases->len; i++) {
        const Case *c = cases->pdata[i];
        any |= c->scenario && can_harvest(c->scenario);
    }
    for (guint i = 0; i < cases->len; i++) {
        Case *c = cases->pdata[i];
        c->unharvested = c->scenario && any && !can_harvest(c->scenario);
        if (c->scenario && !c->unharvested)
            c->scenario->options.harvest = true;
    }
}

/* ---- one scenario ---- */

static const UcInterface *interface_of(const Case *c) { return c->scenario->options.triple->protocol->interface; }

static bool as_expected(const Case *c) { return c->row.code == CLI_OK; }

/* What came of it, for the row. */
static void report(Case *c)
{
    const EnvTrial *t = &c->trial;
    CliRow *r = &c->row;
    if (t->stopped) {
        g_autofree char *whole = env_scenario_whole(c->scenario, t->why);
        cli_row_fail(r, CLI_USAGE, whole);
        return;
    }
    r->verdict = g_strdup(uc_verdict_name[t->verdict]);
    r->rule = g_strdup(t->rule);
    r->why = g_strdup(t->why);
    r->world = g_strdup(t->world);
    r->entry = t->entry;
    r->code = cli_code_of_verdict(t->verdict, t->met);
    if (t->together || (t->verdict == UC_LIMIT && !t->met))
        r->details = g_strdup_printf("%s\n  %s\n", r->title, r->why);
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
    UcVerdict verdict = c->trial.verdict;
    return !c->row.error && !c->trial.together && verdict != UC_INDISTINGUISHABLE && verdict != UC_LIMIT &&
           (!as_expected(c) || c->options->show);
}

/* `trace`: of the run, or NULL: it is run again for it, as the same seed gives the same run. */
static bool show(Case *c, GString *trace, GError **error)
{
    g_autoptr(GString) again = trace ? NULL : env_trace_scenario(c->scenario, NULL, error);
    if (!trace && !again)
        return false;
    details_of(c, trace ? trace : again);
    return true;
}

static bool run_seeds(Case *c, GError **error)
{
    if (!env_trial_seeds(c->scenario, (unsigned)c->options->seeds, &c->trial, error))
        return false;
    report(c);
    if (as_expected(c) || c->row.details)
        return true;
    uint64_t last = env_seed_number(c->scenario->options.seed);
    g_free(c->row.reproduce);
    c->row.reproduce = command_of(c, &last, 0);
    return !is_shown(c) || show(c, NULL, error);
}

/* Without a trace; only what is to be shown is run again with one. */
static bool run_case(Case *c, GError **error)
{
    if (c->options->seeds)
        return run_seeds(c, error);
    g_autoptr(GString) trace = NULL;
    if (!env_trial_once(c->scenario, &c->trial, c->options->to.trace ? &trace : NULL, error))
        return false;
    report(c);
    if (is_shown(c) && !show(c, trace, error))
        return false;
    if (!c->row.error)
        c->row.trace = g_steal_pointer(&trace);
    return true;
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
        in += c->trial.harvested;
        guesses += c->trial.harvest.guesses;
        seeds += c->trial.harvest.seeds;
        accepted += c->trial.harvest.accepted;
        bounded += c->trial.harvest.bounded;
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
    const EnvTrial *t = &c->trial;
    printf("%s: %s", c->row.title, c->row.verdict);
    if (t->runs)
        printf(" (%u seed%s%s)", t->runs, t->runs == 1 ? "" : "s", t->lucky ? "; toy parameters, in some A guesses right" : "");
    if (c->row.rule && strcmp(c->row.verdict, "indistinguishable"))
        print_rule(c);
    if (t->compromised) /* the promise speaks of others only */
        printf(" (compromised: %s %s)", interface_of(c)->asset, t->compromised);
    if (t->harvested && t->harvest.seeds)
        printf(" (harvested: %u seed%s, %u forger%s accepted)", t->harvest.seeds, t->harvest.seeds == 1 ? "" : "s",
               t->harvest.accepted, t->harvest.accepted == 1 ? "y" : "ies");
    if (c->unharvested)
        printf(" (not harvested: nobody can with %s)", c->scenario->options.sessions ? "several sessions"
                                                                                   : c->scenario->options.triple->protocol->name);
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
        r->compromised = c->trial.compromised;
        r->asset = c->scenario ? interface_of(c)->asset : NULL;
        r->runs = c->trial.runs;
        r->compared = c->trial.compared;
        r->harvested = c->trial.harvested;
        r->guesses = c->trial.harvest.guesses;
        r->seeds = c->trial.harvest.seeds;
        r->forgeries = c->trial.harvest.accepted;
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
    if (o->harvest)
        ask_to_harvest(cases);
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
