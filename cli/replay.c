/* ucsim replay: a recorded schedule again, in both worlds, without its script. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/session.h"
#include "report/text.h"

typedef struct {
    char *trace, *color;
    gboolean quiet, torture;
    char **file;
} Options;

static bool show(const GString *text, const Options *o, bool divergence, GError **error)
{
    g_autoptr(UcTrace) trace = uc_trace_read(text->str, text->len, o->file[0], error);
    if (!trace)
        return false;
    g_autofree char *quoted = cli_quote(o->file[0]);
    g_autofree char *command = g_strdup_printf("ucsim replay %s", quoted);
    if (divergence) {
        RepTextOptions options = { .color = cli_color(o->color) };
        g_autofree char *shown = rep_text_divergence(trace, &options);
        fputs(shown, stdout);
        printf("\nreproduce: %s\n", command);
    }
    return true;
}

static int report(const Options *o, const UcSchedule *schedule, const char *recorded, const GString *text,
                  EnvReplay *replay)
{
    GError *error = NULL;
    EnvOrigin origin;
    UcComparison c = env_replay_comparison(replay);
    const char *verdict = uc_verdict_name[c.verdict];
    if (!env_origin_of(schedule, &origin, &error))
        return cli_fail_error(error);
    bool expected = c.verdict == origin.expect;
    if (!o->quiet || !expected) {
        printf("%s: %s after %u of %u moves", schedule->file, verdict, env_replay_moves(replay), schedule->move->len);
        if (!expected)
            printf(" (expected %s)", uc_verdict_name[origin.expect]);
        if (recorded && strcmp(recorded, verdict))
            printf("; recorded was %s%s", recorded, !strcmp(recorded, "assertion failed") || !strcmp(recorded, "limit")
                   ? ", which lies in the script and not in the schedule" : "");
        putchar('\n');
    }
    env_origin_clear(&origin);
    if ((!o->quiet || !expected) && !show(text, o, c.verdict != UC_INDISTINGUISHABLE, &error))
        return cli_fail_error(error);
    return cli_code_of_verdict(c.verdict, expected);
}

static int replay_file(const Options *o)
{
    GError *error = NULL;
    g_autofree char *recorded = NULL;
    g_autoptr(UcSchedule) schedule = env_replay_load(o->file[0], &recorded, &error);
    if (!schedule)
        return cli_fail_error(error);
    g_autoptr(EnvReplay) replay = NULL;
    GString *text = cli_trace_replay(schedule, o->torture, &replay, &error);
    if (!text)
        return cli_fail_error(error);
    int code = CLI_OK;
    if (o->trace && !cli_write_file(o->trace, text->str, text->len, &error))
        code = cli_fail_error(error);
    if (code == CLI_OK)
        code = report(o, schedule, recorded, text, replay);
    g_string_free(text, TRUE);
    return code;
}

int cli_replay(int argc, char **argv)
{
    Options o = { 0 };
    const GOptionEntry entries[] = {
        { "trace", 0, 0, G_OPTION_ARG_FILENAME, &o.trace, "write the trace of this run", "FILE" },
        { "torture", 0, 0, G_OPTION_ARG_NONE, &o.torture, "run every activation twice and compare", NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o.quiet, "print only what is not as expected", NULL },
        { "color", 0, 0, G_OPTION_ARG_STRING, &o.color, "always, never or auto", "WHEN" },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.file, NULL, NULL },
        { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
    };
    int code;
    if (cli_parse("replay", "FILE", "Runs what a file recorded again, in both worlds up to the first divergence. FILE is "
                  "a trace ('ucsim check --trace',\n'ucsim explore -o') or a schedule ('ucsim explore --schedule', 'ucsim "
                  "shrink'). The scenario's script is not needed.\n\nExit code: 0 the verdict that the scenario expects, 1 "
                  "another one, 2 an error, 3 a limit, 4 an internal error.\n\nExample:\n  ucsim replay run.jsonl", entries, &argc, &argv, &code))
        code = cli_check_color(o.color) != CLI_OK ? CLI_USAGE : o.file && !o.file[1] ? replay_file(&o)
                                    : cli_fail(CLI_USAGE, "replay: expected one trace or schedule, got %u files",
                                               o.file ? g_strv_length(o.file) : 0);
    g_free(o.trace);
    g_free(o.color);
    g_strfreev(o.file);
    return code;
}
