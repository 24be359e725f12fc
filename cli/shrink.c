/* ucsim shrink: a recorded schedule without the moves that it does not need. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/session.h"
#include "environments/general/explorer.h"
#include "environments/runs/traced.h"

typedef struct {
    char *output, *trace;
    int tries;
    char **file;
} Options;

static bool write_trace(const char *path, const UcSchedule *schedule, GError **error)
{
    g_autoptr(EnvReplay) replay = NULL;
    GString *trace = env_trace_replay(schedule, false, &replay, error);
    bool ok = trace && cli_write_file(path, trace->str, trace->len, error);
    if (trace)
        g_string_free(trace, TRUE);
    return ok;
}

static bool write_out(const Options *o, const UcSchedule *schedule, GError **error)
{
    g_autofree char *text = uc_schedule_print(schedule);
    if (!o->output)
        fputs(text, stdout);
    else if (!cli_write_file(o->output, text, strlen(text), error))
        return false;
    return !o->trace || write_trace(o->trace, schedule, error);
}

static int shrink_file(const Options *o)
{
    GError *error = NULL;
    EnvOptions options;
    unsigned tries = 0;
    bool minimal = false;
    g_autoptr(UcSchedule) schedule = env_replay_load(o->file[0], NULL, &error);
    if (!schedule || !env_options_parse(schedule, &options, &error))
        return cli_fail_error(error);
    g_autoptr(EnvWorlds) worlds = env_options_worlds(schedule, &options, &error);
    if (!worlds)
        return cli_fail_error(error);
    g_autoptr(UcSchedule) shrunk = env_shrink(worlds, ENV_WORLDS, schedule, (unsigned)o->tries, &tries, &minimal, &error);
    if (error)
        return cli_fail_error(error);
    if (!shrunk)
        return cli_fail(CLI_UNEXPECTED, "%s: nothing is found by this schedule, so there is nothing to keep",
                        schedule->file);
    g_autoptr(EnvReplay) replay = env_replay_on(worlds, ENV_WORLDS, shrunk, NULL, NULL, &error);
    if (!replay)
        return cli_fail_error(error);
    EnvOrigin origin;
    if (!env_origin_of(shrunk, &origin, &error))
        return cli_fail_error(error);
    g_autofree char *found = env_replay_found(replay, origin.expect);
    uc_options_set(shrunk->options, "found", found);
    if (env_verdict_of_script(origin.expect.verdict)) /* what the trace's script expects of itself */
        uc_options_set(shrunk->options, "expect", uc_verdict_name[UC_INDISTINGUISHABLE]);
    env_origin_clear(&origin);
    if (!write_out(o, shrunk, &error))
        return cli_fail_error(error);
    fprintf(stderr, "%u of %u moves are left after %u tries%s\n", shrunk->move->len, schedule->move->len, tries,
            minimal ? "" : "; the cap of tries was reached (--tries)");
    return minimal ? CLI_OK : CLI_LIMIT;
}

static int check_files(const Options *o)
{
    const CliFile files[] = {
        { .path = o->file[0] },
        { .what = "-o", .path = o->output, .writes = true },
        { .what = "--trace", .path = o->trace, .writes = true },
    };
    return cli_check_files("shrink", files, G_N_ELEMENTS(files));
}

int cli_shrink(int argc, char **argv)
{
    Options o = { .tries = 10000 };
    const GOptionEntry entries[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &o.output, "write the schedule there, not on stdout", "FILE" },
        { "trace", 0, 0, G_OPTION_ARG_FILENAME, &o.trace, "write the trace of the schedule that is left", "FILE" },
        { "tries", 0, 0, G_OPTION_ARG_INT, &o.tries, "at most so many runs (10000)", "N" },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.file, NULL, NULL },
        { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
    };
    int code;
    if (cli_parse("shrink", "FILE", "Leaves out moves as long as the rest still finds the same kind of thing. FILE is a "
                  "trace or a schedule that tells\nthe worlds apart; of what is left no move can be left out.\n\nExit code: 0 "
                  "done, 1 FILE finds nothing, 2 an error, 3 the cap of tries was reached.\n\nExample:\n"
                  "  ucsim shrink found.jsonl -o small.schedule --trace small.jsonl", entries, &argc, &argv, &code)) {
        if (!o.file || o.file[1] || o.tries < 1)
            code = cli_fail(CLI_USAGE, "shrink: expected one trace or schedule, and --tries of at least 1");
        else
            code = check_files(&o);
        if (code == CLI_OK)
            code = shrink_file(&o);
    }
    g_free(o.output);
    g_free(o.trace);
    g_strfreev(o.file);
    return code;
}
