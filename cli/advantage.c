/* ucsim advantage: measures how well an environment tells the worlds apart (docs/advantage.md). */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "environments/lua/lua_load.h"
#include "environments/runs/advantage.h"
#include "environments/worlds/options.h"
#include "report/advantage.h"

/* Set by the signal handler, which has nowhere else to write: the one variable of this kind in the program. */
static volatile int stop_asked;
static void on_interrupt(int number) { stop_asked = 1; }

typedef struct {
    char *samples, *alpha, *precision, *seed, *sweep, *keys;
    int jobs;
    char **feature, **set;
    gboolean sequential, json, quiet;
} Options;

typedef struct {
    char *scenario;
    EnvMeasure measure;
    uint64_t seed;
    const char *swept;
    GPtrArray *loaded;  /* EnvScenario: the instances of a script, or NULL */
    GArray *value;      /* uint64_t: of the swept parameter; empty: one measurement */
    GArray *measured;   /* RepMeasured */
    bool json, quiet;
} Job;

static bool parse_count(const char *what, const char *text, uint64_t low, uint64_t high, uint64_t *out, GError **error)
{
    GError *why = NULL;
    if (g_ascii_string_to_unsigned(text, 10, low, high, out, &why))
        return true;
    g_clear_error(&why);
    g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "%s: expected a number from %" G_GUINT64_FORMAT " to %"
                G_GUINT64_FORMAT ", got '%s'", what, low, high, text);
    return false;
}

static bool parse_fraction(const char *what, const char *text, double otherwise, double *out, GError **error)
{
    *out = otherwise;
    if (text && (!cli_decimal(text, out) || !(*out > 0 && *out < 1))) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "%s: expected a number between 0 and 1, got '%s'", what, text);
        return false;
    }
    return true;
}

/* ---- parameters of a native environment ---- */

static bool set_parameter(EnvMeasure *m, const char *name, const char *text, GError **error)
{
    uint64_t value;
    if (!m->native) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "--set and --sweep are for native environments: a script has "
                    "its options and 'for_each'");
        return false;
    }
    EnvOptionPlace toy;
    if (!strcmp(name, "queries") && m->native->queries_max) {
        if (!parse_count(name, text, 1, m->native->queries_max, &value, error))
            return false;
        m->effort.queries = value;
        return true;
    }
    if (!env_option_of_toy(&m->options, name, &toy) || !uc_option_number(toy.row, toy.values)) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "native:%s has no parameter '%s'", m->native->name, name);
        return false;
    }
    if (!parse_count(name, text, 1, toy.row->high, &value, error))
        return false;
    uc_option_set_number(toy.row, toy.values, value);
    return true;
}

/* Adds what --set takes with these options. */
static void add_parameters(GPtrArray *names, EnvOptions *o)
{
    g_autoptr(GArray) rows = env_options_rows(o);
    for (guint i = 0; i < rows->len; i++) {
        const char *toy = g_array_index(rows, EnvOptionPlace, i).row->toy;
        if (toy && !g_ptr_array_find_with_equal_func(names, toy, g_str_equal, NULL))
            g_ptr_array_add(names, (gpointer)toy);
    }
}

/* What --set takes, of this triple or (NULL) of all. Free with g_ptr_array_unref(). */
static GPtrArray *parameters(const UcTriple *triple)
{
    GPtrArray *names = g_ptr_array_new();
    g_ptr_array_add(names, (gpointer)"queries");
    for (const UcTriple *t = env_triple; t->protocol; t++) {
        EnvOptions o = env_default_options();
        env_options_take(&o, t);
        if (!triple || triple == t)
            add_parameters(names, &o);
    }
    return names;
}

/* "a, b or c". Free with g_free(). */
static char *one_of(const GPtrArray *names)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < names->len; i++)
        g_string_append_printf(out, "%s%s", !i ? "" : i + 1 < names->len ? ", " : " or ", (const char *)names->pdata[i]);
    return g_string_free(out, FALSE);
}

/* The name itself, which stays; NULL: there is none. */
static const char *known_parameter(const GPtrArray *names, const char *name)
{
    guint at;
    return g_ptr_array_find_with_equal_func((GPtrArray *)names, name, g_str_equal, &at) ? names->pdata[at] : NULL;
}

static bool parse_sets(EnvMeasure *m, char **set, GError **error)
{
    for (; set && *set; set++) {
        g_auto(GStrv) part = g_strsplit(*set, "=", 2);
        if (g_strv_length(part) != 2) {
            g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "--set: expected NAME=VALUE, got '%s'", *set);
            return false;
        }
        if (!set_parameter(m, part[0], part[1], error))
            return false;
    }
    return true;
}

static bool parse_sweep(Job *job, const char *sweep, GError **error)
{
    if (!sweep)
        return true;
    g_auto(GStrv) part = g_strsplit(sweep, "=", 2);
    g_autoptr(GPtrArray) names = parameters(job->measure.options.triple);
    job->swept = g_strv_length(part) == 2 ? known_parameter(names, part[0]) : NULL;
    if (!job->swept || !*part[1]) {
        g_autofree char *list = one_of(names);
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "--sweep: expected NAME=VALUE,... with %s, got '%s'", list, sweep);
        return false;
    }
    g_auto(GStrv) value = g_strsplit(part[1], ",", -1);
    for (char **v = value; *v; v++) {
        uint64_t number;
        if (!parse_count("--sweep", *v, 1, 1000000, &number, error) || !set_parameter(&job->measure, part[0], *v, error))
            return false;
        g_array_append_val(job->value, number);
    }
    return true;
}

/* ---- measuring ---- */

static void show_progress(void *data, uint64_t done)
{
    const EnvMeasure *m = data;
    if (done % 4096 < 32 || done == m->samples) /* says how far, never with what result: a run may be stopped any time */
        fprintf(stderr, "\r%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " samples", done, m->samples);
}

static void note_parameters(const EnvMeasure *m, RepMeasured *r)
{
    size_t n = 0;
    for (guint i = 0; m->scenario && i < m->scenario->param->len && n < 2; i++) {
        const EnvParam *p = &g_array_index(m->scenario->param, EnvParam, i);
        if (!p->text)
            r->parameter[n++] = (RepParameter){ p->name, (double)p->number };
    }
    if (m->native && m->native->queries_max)
        r->parameter[n++] = (RepParameter){ "queries", (double)m->effort.queries };
    EnvOptions o = m->options;
    UcSessionPlan plan = env_session_plan(&o);
    g_autoptr(GArray) rows = env_options_rows(&o);
    for (guint i = 0; m->native && i < rows->len && n < G_N_ELEMENTS(r->parameter); i++) {
        const EnvOptionPlace *p = &g_array_index(rows, EnvOptionPlace, i);
        if (p->row->toy && !uc_option_is_default(p->table, p->row, p->values))
            r->parameter[n++] = (RepParameter){ p->row->toy, (double)uc_option_number(p->row, p->values) };
    }
    r->told_apart_expected = m->scenario && (m->scenario->expect == UC_DISTINGUISHED ||
                                             m->scenario->expect == UC_SIMULATION_FAILED);
    if (m->scenario && m->scenario->has_advantage_bound) {
        r->has_bound = true;
        r->bound = m->scenario->advantage_bound;
    }
    if (m->native && m->native->bound) {
        r->has_bound = true;
        r->bound = m->native->bound(&plan, &m->effort);
    }
}

static bool measure_once(Job *job, GError **error)
{
    UcAdvantage *a = env_advantage(&job->measure, error);
    if (job->measure.progress)
        fputs("\r\033[K", stderr);
    if (!a)
        return false;
    RepMeasured r = { .advantage = a };
    note_parameters(&job->measure, &r);
    g_array_append_val(job->measured, r);
    return true;
}

/* Each instance of a script that sweeps with for_each is a point. */
static bool measure_instances(Job *job, GError **error)
{
    for (guint i = 0; i < job->loaded->len && !stop_asked; i++) {
        job->measure.scenario = g_ptr_array_index(job->loaded, i);
        job->measure.options = job->measure.scenario->options;
        if (!measure_once(job, error))
            return job->measured->len > 0 && stop_asked;
    }
    return job->measured->len > 0;
}

static bool measure_all(Job *job, GError **error)
{
    if (job->loaded)
        return measure_instances(job, error);
    if (!job->value->len)
        return measure_once(job, error);
    for (guint i = 0; i < job->value->len && !stop_asked; i++) {
        g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, g_array_index(job->value, uint64_t, i));
        if (!set_parameter(&job->measure, job->swept, text, error))
            return false;
        if (!measure_once(job, error))
            return job->measured->len > 0 && stop_asked;
    }
    return true;
}

/* What was real, and what that conditions on. Free with g_free. */
static char *crypto_text(const EnvMeasure *m)
{
    const UcInterface *interface = m->options.triple->protocol->interface;
    if (m->options.crypto_ideal)
        return g_strdup(interface->ideal_crypto ? interface->ideal_crypto(&m->options.interface) : "ideal");
    return m->keys ? g_strdup_printf("real, conditioned on a pool of %u signature keys", m->keys) : g_strdup("real");
}

/* 0 when every measurement came out as the scenario expects. */
static int conclude(Job *job, const char *title, const char *command)
{
    const EnvMeasure *m = &job->measure;
    g_autofree char *crypto = crypto_text(m);
    RepAdvantage r = { .scenario = job->scenario, .title = title, .seed = job->seed, .swept = job->swept,
                       .crypto = crypto, .bound_text = m->native ? m->native->bound_text : "the bound of the script",
                       .command = command, .measured = (const RepMeasured *)(const void *)job->measured->data,
                       .count = job->measured->len };
    g_autofree char *text = job->json ? rep_advantage_json(&r) : rep_advantage_text(&r);
    if (!job->quiet || job->json)
        fputs(text, stdout);
    for (size_t i = 0; i < r.count; i++) {
        bool told_apart = rep_advantage_conclusion(&r.measured[i]) == REP_EXCEEDS_BOUND;
        if (told_apart != r.measured[i].told_apart_expected)
            return CLI_UNEXPECTED;
    }
    return CLI_OK;
}

static bool load_script(Job *job, GError **error)
{
    job->loaded = env_scenario_load(job->scenario, error);
    if (!job->loaded)
        return false;
    job->measure.scenario = g_ptr_array_index(job->loaded, 0);
    job->measure.options = job->measure.scenario->options;
    return true;
}

/* "NAME, NAME, ..." with this before each. Free with g_free(). */
static char *natives(const char *prefix)
{
    GString *out = g_string_new(NULL);
    const UcNative *native;
    for (unsigned i = 0; (native = env_native_at(i, NULL)); i++)
        g_string_append_printf(out, "%s%s%s", i ? ", " : "", prefix, native->name);
    return g_string_free(out, FALSE);
}

static bool choose(Job *job, GError **error)
{
    EnvMeasure *m = &job->measure;
    const char *name = g_str_has_prefix(job->scenario, "native:") ? job->scenario + 7 : NULL;
    if (!name)
        return load_script(job, error);
    if (env_measure_native(m, name))
        return true;
    g_autofree char *known = natives("native:");
    g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "unknown environment '%s'; expected one of %s", job->scenario, known);
    return false;
}

/* Toys make their keys fast. */
static bool has_toy_keys(EnvOptions *o)
{
    g_autoptr(GArray) rows = env_options_rows(o);
    bool any = false;
    for (guint i = 0; i < rows->len && !any; i++) {
        const EnvOptionPlace *p = &g_array_index(rows, EnvOptionPlace, i);
        any = p->row->type == UC_OPTION_PICK && uc_option_number(p->row, p->values);
    }
    return any;
}

static bool prepare(Job *job, const Options *o, GError **error)
{
    EnvMeasure *m = &job->measure;
    uint64_t keys = 32, seed = 1, jobs = o->jobs ? (uint64_t)o->jobs : g_get_num_processors();
    if (!choose(job, error) || !parse_sets(m, o->set, error) || !parse_sweep(job, o->sweep, error))
        return false;
    if (o->feature && m->native) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "--feature: expected a script, which names features, got %s", job->scenario);
        return false;
    }
    m->samples = 10000;
    if (o->samples && !parse_count("--samples", o->samples, 1, ENV_SAMPLES_MAX, &m->samples, error))
        return false;
    if (o->seed && !parse_count("--seed", o->seed, 0, G_MAXINT64, &seed, error))
        return false;
    if (!parse_fraction("--alpha", o->alpha, 0.05, &m->alpha, error) ||
        !parse_fraction("--precision", o->precision, 0.01, &m->precision, error))
        return false;
    if (o->keys && !parse_count("--keys", o->keys, 0, ENV_KEYS_MAX, &keys, error))
        return false;
    const UcInterface *interface = m->options.triple->protocol->interface;
    if (o->keys && !interface->pool) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "--keys: expected an interface whose keys can come from a pool, got %s",
                    interface->name);
        return false;
    }
    m->keys = has_toy_keys(&m->options) || !interface->pool ? 0 : (unsigned)keys;
    if (o->jobs < 0 || o->jobs > ENV_JOBS_MAX) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "--jobs: expected 0 to %d, got %d", ENV_JOBS_MAX, o->jobs);
        return false;
    }
    m->jobs = (unsigned)MIN(jobs, (uint64_t)ENV_JOBS_MAX);
    m->sequential = o->sequential;
    m->feature_name = (const char *const *)o->feature;
    m->interrupted = &stop_asked;
    if (!o->quiet && isatty(STDERR_FILENO)) {
        m->progress = show_progress;
        m->progress_data = m;
    }
    job->seed = seed;
    env_seed(seed, m->seed);
    return true;
}

static int run_job(Job *job, const Options *o, const char *command)
{
    g_autoptr(GError) error = NULL;
    struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND }; /* the second one kills */
    if (!prepare(job, o, &error))
        return cli_fail(cli_code_of(error), "advantage: %s", error->message);
    sigaction(SIGINT, &action, NULL);
    if (!measure_all(job, &error))
        return cli_fail(error ? cli_code_of(error) : CLI_USAGE, "advantage: %s",
                        error ? error->message : "interrupted");
    return conclude(job, job->loaded ? job->measure.scenario->title : job->measure.native->title, command);
}

static void free_job(Job *job)
{
    for (guint i = 0; i < job->measured->len; i++)
        uc_advantage_free((UcAdvantage *)g_array_index(job->measured, RepMeasured, i).advantage);
    g_array_unref(job->measured);
    g_array_unref(job->value);
    if (job->loaded)
        g_ptr_array_unref(job->loaded);
}

static void free_options(Options *o)
{
    char *text[] = { o->samples, o->alpha, o->precision, o->seed, o->sweep, o->keys };
    for (unsigned i = 0; i < G_N_ELEMENTS(text); i++)
        g_free(text[i]);
    g_strfreev(o->feature);
    g_strfreev(o->set);
}

/* The command line again, without what does not change the result. */
static char *command_line(int argc, char **argv)
{
    GString *out = g_string_new(cli_program());
    for (int i = 0; i < argc; i++) {
        if (!strcmp(argv[i], "--jobs") || !strcmp(argv[i], "-j"))
            i++;
        else if (!g_str_has_prefix(argv[i], "--jobs=")) {
            g_autofree char *word = cli_quote(argv[i]);
            g_string_append_printf(out, " %s", word);
        }
    }
    return g_string_free(out, FALSE);
}

int cli_advantage(int argc, char **argv)
{
    int code;
    Options o = { 0 };
    g_autoptr(GPtrArray) names = parameters(NULL);
    g_autofree char *list = one_of(names), *set = g_strconcat("native: ", list, NULL), *known = natives("");
    g_autofree char *about = g_strdup_printf("SCENARIO is a script or native:NAME (%s).\nExit code 1: the worlds differ by more than "
                                             "the bad events of the proof account for.", known);
    const GOptionEntry entries[] = {
        { "samples", 'n', 0, G_OPTION_ARG_STRING, &o.samples, "runs of each world, 1 to 10^9 (10000)", "N" },
        { "jobs", 'j', 0, G_OPTION_ARG_INT, &o.jobs, "threads (one per processor); the result does not depend on it", "J" },
        { "alpha", 0, 0, G_OPTION_ARG_STRING, &o.alpha, "error probability of the whole report (0.05)", "A" },
        { "sequential", 0, 0, G_OPTION_ARG_NONE, &o.sequential, "look at 1000, 2000, 4000, ... and stop when it is clear", NULL },
        { "precision", 0, 0, G_OPTION_ARG_STRING, &o.precision, "with --sequential: clear when known to within E (0.01)", "E" },
        { "feature", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.feature, "a feature that the script names; may be repeated", "NAME" },
        { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.set, set, "NAME=VALUE" },
        { "sweep", 0, 0, G_OPTION_ARG_STRING, &o.sweep, "native: one measurement for each value", "NAME=V,V,..." },
        { "seed", 0, 0, G_OPTION_ARG_STRING, &o.seed, "base seed (1)", "N" },
        { "keys", 0, 0, G_OPTION_ARG_STRING, &o.keys, "crypto real: size of the pool of signature keys; 0: fresh (32)", "K" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "JSON on stdout, for `ucsim plot advantage`", NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o.quiet, "the exit code only", NULL },
        { NULL },
    };
    g_autofree char *command = command_line(argc, argv);
    if (!cli_parse("advantage", "SCENARIO", about, entries, &argc, &argv, &code)) {
        free_options(&o);
        return code;
    }
    if (argc != 2) {
        free_options(&o);
        return cli_fail(CLI_USAGE, "advantage: expected one scenario; see 'ucsim advantage --help'");
    }
    Job job = { .scenario = argv[1], .value = g_array_new(FALSE, FALSE, sizeof(uint64_t)), .json = o.json,
                .measured = g_array_new(FALSE, TRUE, sizeof(RepMeasured)), .quiet = o.quiet };
    code = run_job(&job, &o, command);
    free_job(&job);
    free_options(&o);
    return code;
}
