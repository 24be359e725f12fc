/* ucsim run: one world of a scenario, and what happens in it. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/session.h"
#include "environments/lua/lua_load.h"
#include "environments/runs/traced.h"
#include "report/text.h"

typedef struct {
    char *world, *trace, *seed, *crypto, *color, *store;
    gboolean torture, secrets;
    char **path;
    EnvWorld which;
} Options;

static bool apply(const Options *o, EnvScenario *s, GError **error)
{
    uint64_t seed;
    if (o->seed && !g_ascii_string_to_unsigned(o->seed, 10, 0, G_MAXINT64, &seed, NULL)) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "--seed: expected a number from 0 to 2^63 - 1, got '%s'",
                    o->seed);
        return false;
    }
    if (o->seed)
        env_seed(seed, s->options.seed);
    if (o->crypto)
        s->options.crypto_ideal = !strcmp(o->crypto, "ideal");
    s->options.torture |= o->torture != FALSE;
    s->options.store = o->store;
    return true;
}

static bool print(const Options *o, const GString *text, GError **error)
{
    g_autoptr(UcTrace) trace = uc_trace_read(text->str, text->len, "trace", error);
    if (!trace)
        return false;
    RepTextOptions options = { .color = cli_color(o->color) };
    g_autofree char *shown = rep_text_run(trace, (UcTraceWorld)o->which, &options);
    fputs(shown, stdout);
    return true;
}

/* With secrets in it, for its owner only, whatever there was before. */
static bool write_trace(const Options *o, const GString *text, GError **error)
{
    mode_t before = umask(077);
    if (!o->secrets)
        umask(before);
    bool good = cli_write_file(o->trace, text->str, text->len, error);
    umask(before);
    return good;
}

static bool run(const Options *o, GError **error)
{
    g_autoptr(GPtrArray) instances = env_scenario_load(o->path[0], error);
    if (!instances || !apply(o, instances->pdata[0], error))
        return false;
    g_autoptr(EnvRun) done = NULL;
    g_autoptr(GString) text = env_trace_one(instances->pdata[0], o->which, o->store && !o->secrets, &done, error);
    if (!text)
        return false;
    bool stopped = env_run_script_stopped(done, env_run_world(done, o->which));
    if (!(o->trace ? stopped || write_trace(o, text, error) : print(o, text, error)))
        return false;
    bool limit = env_run_stop(done, o->which) == UC_STOP_LIMIT;
    g_autofree char *whole = env_scenario_whole(instances->pdata[0], uc_world_why(env_run_world(done, o->which)));
    if (stopped || limit)
        g_set_error_literal(error, ENV_ERROR, limit ? ENV_ERROR_LIMIT : ENV_ERROR_SCRIPT, whole);
    return !stopped && !limit;
}

static int check_files(const Options *o)
{
    const CliFile files[] = {
        { .path = o->path[0] },
        { .what = "--trace", .path = o->trace, .writes = true },
        { .what = "--store", .path = o->store, .writes = true, .keeps = true },
    };
    return cli_check_files("run", files, G_N_ELEMENTS(files));
}

static int check_options(Options *o)
{
    GError *error = NULL;
    if (!o->path || o->path[1])
        return cli_fail(CLI_USAGE, "run: expected one scenario, got %u", o->path ? g_strv_length(o->path) : 0);
    if (!o->world || (strcmp(o->world, "real") && strcmp(o->world, "ideal")))
        return cli_fail(CLI_USAGE, "run: expected --world real or --world ideal, got %s", o->world ? o->world : "none");
    if (o->crypto && strcmp(o->crypto, "real") && strcmp(o->crypto, "ideal"))
        return cli_fail(CLI_USAGE, "--crypto: expected real or ideal, got '%s'", o->crypto);
    if (cli_check_color(o->color) != CLI_OK)
        return CLI_USAGE;
    if (o->store && strcmp(o->world, "real"))
        return cli_fail(CLI_USAGE, "--store: expected --world real: only real parties have stable storage");
    if (o->secrets && (!o->store || !o->trace))
        return cli_fail(CLI_USAGE, "--secrets: expected --store DIR and --trace FILE; without a store nothing is left out");
    o->which = strcmp(o->world, "real") ? ENV_IDEAL : ENV_REAL;
    int code = check_files(o);
    if (code != CLI_OK)
        return code;
    return run(o, &error) ? CLI_OK : cli_fail_error(error);
}

int cli_run(int argc, char **argv)
{
    Options o = { 0 };
    const GOptionEntry entries[] = {
        { "world", 0, 0, G_OPTION_ARG_STRING, &o.world, "real or ideal; must be given", "WHICH" },
        { "trace", 0, 0, G_OPTION_ARG_FILENAME, &o.trace, "write the trace instead of printing it", "FILE" },
        { "seed", 0, 0, G_OPTION_ARG_STRING, &o.seed, "run seed (default: the scenario's, or 1)", "N" },
        { "crypto", 0, 0, G_OPTION_ARG_STRING, &o.crypto, "real or ideal, instead of the scenario's", "WHICH" },
        { "torture", 0, 0, G_OPTION_ARG_NONE, &o.torture, "run every activation twice and compare", NULL },
        { "store", 0, 0, G_OPTION_ARG_FILENAME, &o.store, "keep the real parties' stable state in this folder", "DIR" },
        { "secrets", 0, 0, G_OPTION_ARG_NONE, &o.secrets, "write the seeds of a store's run into the trace (mode 0600)", NULL },
        { "color", 0, 0, G_OPTION_ARG_STRING, &o.color, "always, never or auto: on a terminal, without NO_COLOR", "WHEN" },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.path, NULL, NULL },
        { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
    };
    int code;
    if (cli_parse("run", "SCENARIO --world real|ideal", "Runs a scenario in one world and shows every activation: who wrote what "
                  "to whom. Of a sweep (for_each), the\nfirst instance is run. There is no verdict, for that the worlds "
                  "must be compared: see 'ucsim check'.\n\nExit code: 0 it ran, 2 an error, 3 a limit.\n\nExample:\n"
                  "  ucsim run --world real mine.lua", entries, &argc, &argv, &code))
        code = check_options(&o);
    char *texts[] = { o.world, o.trace, o.seed, o.crypto, o.color, o.store };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_strfreev(o.path);
    return code;
}
