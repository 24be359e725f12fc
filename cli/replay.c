/* ucsim replay: recorded schedules again, in both worlds, without their scripts; one, or a suite of them. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/session.h"
#include "cli/suite.h"
#include "report/junit.h"
#include "report/recorded.h"
#include "report/tap.h"
#include "report/text.h"
#include "simulator/lines.h"

typedef struct {
    char *trace, *color, *junit;
    int jobs;
    gboolean quiet, torture, show, tap;
    char **path;
} Options;

/* One file. */
typedef struct {
    const Options *options;
    char *file, *base, *title, *error, *verdict, *expect, *rule, *world, *why, *note, *difference, *details, *reproduce;
    uint64_t seed;
    unsigned moves, of;
    int64_t entry;
    int code;
    GString *trace;
} Case;

static void case_free(gpointer data)
{
    Case *c = data;
    char *texts[] = { c->file, c->base, c->title, c->error, c->verdict, c->expect, c->rule, c->world, c->why, c->note, c->difference,
                      c->details, c->reproduce };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    if (c->trace)
        g_string_free(c->trace, TRUE);
    g_free(c);
}

static Case *case_new(const Options *o, const char *file)
{
    Case *c = g_new0(Case, 1);
    g_autofree char *quoted = cli_quote(file);
    *c = (Case){ .options = o, .file = g_strdup(file), .base = g_path_get_basename(file), .entry = -1, .code = CLI_USAGE };
    c->reproduce = g_strdup_printf("ucsim replay %s%s", o->torture ? "--torture " : "", quoted);
    return c;
}

/* ---- one of them ---- */

static bool same_outlook(UcOutlook a, UcOutlook b)
{
    g_autofree char *x = uc_outlook_print(a), *y = uc_outlook_print(b);
    return !strcmp(x, y);
}

/* A script's own assertions and limits do not come back. */
static bool lies_in_the_script(UcVerdict v) { return v == UC_ASSERTION_FAILED || v == UC_LIMIT; }

/* What was found when the file was written, beside what is found now. */
static char *note_of(const EnvOrigin *origin, const EnvReplay *replay)
{
    if (!origin->has_found)
        return NULL;
    g_autofree char *found = uc_outlook_print(origin->found);
    if (env_replay_meets(replay, origin->found))
        return same_outlook(origin->found, origin->expect) ? NULL : g_strdup("what was found still happens");
    if (lies_in_the_script(origin->found.verdict))
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
    c->verdict = g_strdup(uc_verdict_name[v.verdict]);
    c->expect = uc_outlook_print(origin->expect);
    c->rule = g_strdup(uc_comparison_rule(&v));
    c->world = v.world ? g_strdup(uc_world_spec(v.world)->ideal ? "ideal" : "real") : NULL;
    c->entry = v.verdict == UC_DISTINGUISHED ? (int64_t)v.entry : -1;
    c->note = note_of(origin, replay);
    bool whole = c->moves == c->of && recorded && uc_trace_verdict_of(recorded)->verdict &&
                 !lies_in_the_script(origin->found.verdict) && origin->found.verdict != UC_ERROR;
    if (recorded && met && !is_mended(origin))
        c->difference = rep_recorded_difference(recorded, made, whole);
    c->why = g_strdup(c->difference ? c->difference : v.why);
    c->code = c->difference ? CLI_UNEXPECTED : cli_code_of_verdict(v.verdict, met);
}

static bool replay(Case *c, GError **error)
{
    const Options *o = c->options;
    g_autoptr(UcTrace) recorded = NULL;
    g_autoptr(UcSchedule) schedule = env_replay_load(c->file, &recorded, error);
    g_autoptr(EnvReplay) r = NULL;
    EnvOrigin origin;
    if (!schedule || !env_origin_of(schedule, &origin, error))
        return false;
    c->title = g_strdup(origin.header.title);
    c->seed = origin.header.seed;
    c->of = schedule->move->len;
    g_autoptr(UcTrace) made = NULL;
    c->trace = cli_trace_replay(schedule, o->torture, &r, error);
    if (c->trace)
        made = uc_trace_read(c->trace->str, c->trace->len, c->file, error);
    if (made) {
        judge(c, &origin, r, recorded, made);
        RepTextOptions shown = { .color = !o->tap && cli_color(o->color) };
        if (env_replay_comparison(r).verdict != UC_INDISTINGUISHABLE && (c->code != CLI_OK || o->show))
            c->details = rep_text_divergence(made, &shown);
    }
    env_origin_clear(&origin);
    return made != NULL;
}

static void work(void *row)
{
    Case *c = row;
    GError *error = NULL;
    if (!replay(c, &error)) {
        c->code = cli_code_of(error);
        c->error = uc_shortened(error->message);
        g_clear_error(&error);
    }
    if (!c->options->trace && c->trace) { /* of a long suite */
        g_string_free(c->trace, TRUE);
        c->trace = NULL;
    }
}

/* ---- output ---- */

static void print_case(const Case *c, bool quiet, bool color)
{
    if (c->code == CLI_OK && quiet)
        return;
    cli_suite_print_mark(c->code, c->error, color);
    if (c->error) { /* its message goes to stderr */
        printf("%s\n", c->file);
        return;
    }
    printf("%s: %s after %u of %u moves", c->file, c->verdict, c->moves, c->of);
    if (c->rule)
        printf(" (%s)", c->rule);
    if (c->code != CLI_OK && !c->difference)
        printf(", expected %s", c->expect);
    if (c->difference)
        printf(", but with other outputs than recorded:\n  %s", c->difference);
    printf("%s%s\n", c->note ? "; " : "", c->note ? c->note : "");
    if (c->details)
        printf("\n%s\n", c->details);
    if (c->code != CLI_OK)
        printf("reproduce: %s\n\n", c->reproduce);
}

static RepResult *results_of(const GPtrArray *cases)
{
    RepResult *out = g_new0(RepResult, cases->len + 1);
    for (guint i = 0; i < cases->len; i++) {
        const Case *c = cases->pdata[i];
        out[i] = (RepResult){ .file = c->file, .title = c->base, .seed = c->seed, .verdict = c->verdict, .expect = c->expect,
                              .rule = c->rule, .world = c->world, .why = c->why, .entry = c->entry,
                              .as_expected = c->code == CLI_OK, .error = c->error, .details = c->details,
                              .reproduce = c->code == CLI_OK ? NULL : c->reproduce };
    }
    return out;
}

static void print_all(const Options *o, const GPtrArray *cases, const RepSummary *summary)
{
    for (guint i = 0; i < cases->len; i++) {
        const Case *c = cases->pdata[i];
        if (c->error)
            cli_fail(c->code, "%s", c->error);
        if (!o->tap)
            print_case(c, o->quiet, cli_color(o->color));
    }
    if (o->tap) {
        g_autoptr(GString) out = g_string_new(NULL);
        g_autofree RepResult *results = results_of(cases);
        rep_tap(out, results, cases->len);
        fputs(out->str, stdout);
    } else if (!o->quiet || summary->as_expected != summary->total) {
        cli_suite_print_summary(summary, "schedule");
    }
}

static bool write_files(const Options *o, const GPtrArray *cases, GError **error)
{
    if (o->junit) {
        g_autoptr(GString) xml = g_string_new(NULL);
        g_autofree RepResult *results = results_of(cases);
        rep_junit(xml, "ucsim replay", results, cases->len, NULL);
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

static int replay_all(const Options *o)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free), cases = g_ptr_array_new_with_free_func(case_free);
    for (char **path = o->path; *path; path++) {
        if (!cli_schedule_files(*path, files, &error))
            return cli_fail_error(error);
    }
    if (!cli_suite_traces_fit(o->trace, files->len))
        return cli_fail(CLI_USAGE, "replay: --trace FILE expects one schedule, got %u; give a folder that exists for more",
                        files->len);
    for (guint i = 0; i < files->len; i++)
        g_ptr_array_add(cases, case_new(o, files->pdata[i]));
    cli_suite_run(cases, work, "schedule", o->jobs, o->quiet);
    RepSummary summary = { 0 };
    for (guint i = 0; i < cases->len; i++)
        cli_suite_count(&summary, ((const Case *)cases->pdata[i])->code);
    print_all(o, cases, &summary);
    if (!write_files(o, cases, &error))
        return cli_fail_error(error);
    return cli_suite_code(&summary);
}

int cli_replay(int argc, char **argv)
{
    Options o = { .jobs = 1 };
    const GOptionEntry entries[] = {
        { "trace", 0, 0, G_OPTION_ARG_FILENAME, &o.trace, "write the trace of this run; a folder: one file for each", "FILE" },
        { "jobs", 'j', 0, G_OPTION_ARG_INT, &o.jobs, "schedules at a time (1); the output is the same", "N" },
        { "torture", 0, 0, G_OPTION_ARG_NONE, &o.torture, "run every activation twice and compare", NULL },
        { "show", 0, 0, G_OPTION_ARG_NONE, &o.show, "show divergences that are expected, too", NULL },
        { "tap", 0, 0, G_OPTION_ARG_NONE, &o.tap, "print TAP", NULL },
        { "junit", 0, 0, G_OPTION_ARG_FILENAME, &o.junit, "write JUnit XML too", "FILE" },
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
    char *texts[] = { o.trace, o.color, o.junit };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_strfreev(o.path);
    return code;
}
