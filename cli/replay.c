/* ucsim replay: recorded schedules again, in both worlds, without their scripts; one, or a suite of them. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/session.h"
#include "cli/suite.h"
#include "environments/runs/traced.h"
#include "report/recorded.h"
#include "report/tap.h"
#include "report/text.h"

typedef struct {
    CliSuiteFiles to;
    char *color;
    int jobs;
    gboolean quiet, torture, show, tap;
    char **path;
} Options;

/* One file. */
typedef struct {
    CliRow row;
    const Options *options;
    char *note, *difference;
    uint64_t seed;
    unsigned moves, of;
} Case;

static void case_free(gpointer data)
{
    Case *c = data;
    cli_row_clear(&c->row);
    g_free(c->note);
    g_free(c->difference);
    g_free(c);
}

static Case *case_new(const Options *o, const char *file)
{
    Case *c = g_new0(Case, 1);
    g_autofree char *quoted = cli_quote(file);
    *c = (Case){ .options = o, .row = { .file = g_strdup(file), .title = g_strdup(file), .entry = -1, .code = CLI_USAGE } };
    c->row.reproduce = g_strdup_printf("%s replay %s%s", cli_program(), o->torture ? "--torture " : "", quoted);
    return c;
}

/* ---- one of them ---- */

static bool same_outlook(UcOutlook a, UcOutlook b)
{
    g_autofree char *x = uc_outlook_print(a), *y = uc_outlook_print(b);
    return !strcmp(x, y);
}

/* What was found when the file was written, beside what is found now. */
static char *note_of(const EnvOrigin *origin, const EnvReplay *replay)
{
    if (!origin->has_found)
        return NULL;
    g_autofree char *found = uc_outlook_print(origin->found);
    if (env_replay_meets(replay, origin->found))
        return same_outlook(origin->found, origin->expect) ? NULL : g_strdup("what was found still happens");
    if (env_verdict_of_script(origin->found.verdict))
        return g_strdup_printf("recorded was %s, which lies in the script and not in the schedule", found);
    return env_replay_meets(replay, origin->expect) ? g_strdup_printf("found was %s, which does not happen any more", found)
                                               : g_strdup_printf("found was %s", found);
}

/* Where what was found is not what is expected, a replay that comes out as expected makes something else than recorded. */
static bool is_mended(const EnvOrigin *origin)
{
    return origin->has_found && !same_outlook(origin->found, origin->expect);
}

static void judge(Case *c, const EnvOrigin *origin, EnvReplay *replay, const UcTrace *recorded, const UcTrace *made)
{
    UcComparison v = env_replay_comparison(replay);
    bool met = env_replay_meets(replay, origin->expect);
    c->moves = env_replay_moves(replay);
    c->row.verdict = g_strdup(uc_verdict_name[v.verdict]);
    c->row.expect = uc_outlook_print(origin->expect);
    c->row.rule = g_strdup(uc_comparison_rule(&v));
    c->row.world = v.world ? g_strdup(uc_world_spec(v.world)->ideal ? "ideal" : "real") : NULL;
    c->row.entry = v.verdict == UC_DISTINGUISHED ? (int64_t)v.entry : -1;
    c->note = note_of(origin, replay);
    bool whole = c->moves == c->of && recorded && uc_trace_verdict_of(recorded)->verdict &&
                 !env_verdict_of_script(origin->found.verdict) && origin->found.verdict != UC_ERROR;
    if (recorded && met && !is_mended(origin))
        c->difference = rep_recorded_difference(recorded, made, whole);
    c->row.why = g_strdup(c->difference ? c->difference : v.why);
    c->row.code = c->difference ? CLI_UNEXPECTED : cli_code_of_verdict(v.verdict, met);
}

static bool replay(Case *c, GError **error)
{
    const Options *o = c->options;
    g_autoptr(UcTrace) recorded = NULL;
    g_autoptr(UcSchedule) schedule = env_replay_load(c->row.file, &recorded, error);
    g_autoptr(EnvReplay) r = NULL;
    EnvOrigin origin;
    if (!schedule || !env_origin_of(schedule, &origin, error))
        return false;
    c->seed = origin.header.seed;
    c->of = schedule->move->len;
    g_autoptr(UcTrace) made = NULL;
    c->row.trace = env_trace_replay(schedule, o->torture, &r, error);
    if (c->row.trace)
        made = uc_trace_read(c->row.trace->str, c->row.trace->len, c->row.file, error);
    if (made) {
        judge(c, &origin, r, recorded, made);
        RepTextOptions shown = { .color = !o->tap && cli_color(o->color) };
        if (env_replay_comparison(r).verdict != UC_INDISTINGUISHABLE && (c->row.code != CLI_OK || o->show))
            c->row.details = rep_text_divergence(made, &shown);
    }
    env_origin_clear(&origin);
    return made != NULL;
}

static void work(void *row)
{
    Case *c = row;
    GError *error = NULL;
    if (!replay(c, &error)) {
        cli_row_fail(&c->row, cli_code_of(error), error->message);
        g_clear_error(&error);
    }
    if (!c->options->to.trace && c->row.trace) { /* of a long suite */
        g_string_free(c->row.trace, TRUE);
        c->row.trace = NULL;
    }
}

/* ---- output ---- */

static void print_case(const Case *c, bool quiet, bool color)
{
    if (c->row.code == CLI_OK && quiet)
        return;
    cli_suite_print_mark(&c->row, color);
    if (c->row.error) { /* its message goes to stderr */
        printf("%s\n", c->row.file);
        return;
    }
    printf("%s: %s after %u of %u moves", c->row.file, c->row.verdict, c->moves, c->of);
    if (c->row.rule)
        printf(" (%s)", c->row.rule);
    if (c->row.code != CLI_OK && !c->difference)
        printf(", expected %s", c->row.expect);
    if (c->difference)
        printf(", but with other outputs than recorded:\n  %s", c->difference);
    printf("%s%s\n", c->note ? "; " : "", c->note ? c->note : "");
    if (c->row.details)
        printf("\n%s\n", c->row.details);
    if (c->row.code != CLI_OK)
        printf("reproduce: %s\n\n", c->row.reproduce);
}

static RepResult *results_of(const GPtrArray *cases)
{
    RepResult *out = g_new0(RepResult, cases->len + 1);
    for (guint i = 0; i < cases->len; i++) {
        const Case *c = cases->pdata[i];
        out[i] = cli_row_result(&c->row);
        out[i].seed = c->seed;
    }
    return out;
}

static void print_all(const Options *o, const GPtrArray *cases, const RepResult *results, const RepSummary *summary)
{
    for (guint i = 0; i < cases->len; i++) {
        const Case *c = cases->pdata[i];
        if (c->row.error)
            cli_fail(c->row.code, "%s", c->row.error);
        if (!o->tap)
            print_case(c, o->quiet, cli_color(o->color));
    }
    if (o->tap) {
        g_autoptr(GString) out = g_string_new(NULL);
        rep_tap(out, results, cases->len);
        fputs(out->str, stdout);
    } else if (!o->quiet || summary->as_expected != summary->total) {
        cli_suite_print_summary(summary, "schedule");
    }
}

static int replay_all(const Options *o)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free), cases = g_ptr_array_new_with_free_func(case_free);
    for (char **path = o->path; *path; path++) {
        if (!cli_schedule_files(*path, files, &error))
            return cli_fail_error(error);
    }
    for (guint i = 0; i < files->len; i++)
        g_ptr_array_add(cases, case_new(o, files->pdata[i]));
    int code = cli_suite_check_files("replay", &o->to, (const char *const *)o->path, cli_is_schedule, cases);
    if (code != CLI_OK)
        return code;
    cli_suite_run(cases, work, "schedule", o->jobs, o->quiet);
    RepSummary summary = cli_suite_count(cases);
    g_autofree RepResult *results = results_of(cases);
    print_all(o, cases, results, &summary);
    if (!cli_suite_write_files("replay", &o->to, cases, results, NULL, &error))
        return cli_fail_error(error);
    return cli_suite_code(&summary);
}

int cli_replay(int argc, char **argv)
{
    Options o = { .jobs = 1 };
    const GOptionEntry entries[] = {
        { "trace", 0, 0, G_OPTION_ARG_FILENAME, &o.to.trace, "write the trace of this run; a folder: one file for each", "FILE" },
        { "jobs", 'j', 0, G_OPTION_ARG_INT, &o.jobs, "schedules at a time (1); the output is the same", "N" },
        { "torture", 0, 0, G_OPTION_ARG_NONE, &o.torture, "run every activation twice and compare", NULL },
        { "show", 0, 0, G_OPTION_ARG_NONE, &o.show, "show divergences that are expected, too", NULL },
        { "tap", 0, 0, G_OPTION_ARG_NONE, &o.tap, "print TAP", NULL },
        { "junit", 0, 0, G_OPTION_ARG_FILENAME, &o.to.junit, "write JUnit XML too", "FILE" },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o.quiet, "print only what is not as expected", NULL },
        { "color", 0, 0, G_OPTION_ARG_STRING, &o.color, "always, never or auto", "WHEN" },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.path, NULL, NULL },
        { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
    };
    int code;
    if (cli_parse("replay", "FILE...", "Runs what files recorded again, in both worlds up to the first divergence. FILE is "
                  "a trace ('ucsim check --trace',\n'ucsim explore -o'), a schedule ('ucsim explore --schedule', 'ucsim "
                  "shrink') or a folder of them. The scenarios'\nscripts are not needed: what must hold lies in the file "
                  "(`expect`), beside what was found (`found`).\n\nExit code: 0 the verdict that the file expects, and the "
                  "outputs that a trace recorded; 1 another, 2 an error,\n3 a limit, 4 an internal error.\n\nExamples:\n"
                  "  ucsim replay run.jsonl\n  ucsim replay --junit report.xml regressions/", entries, &argc, &argv, &code)) {
        if (!o.path)
            code = cli_fail(CLI_USAGE, "replay: expected traces, schedules or folders of them, got none");
        else if (cli_check_color(o.color) != CLI_OK || cli_check_jobs(o.jobs) != CLI_OK)
            code = CLI_USAGE;
        else
            code = replay_all(&o);
    }
    char *texts[] = { o.to.trace, o.color, o.to.junit };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_strfreev(o.path);
    return code;
}
