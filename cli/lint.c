/* ucsim lint: misspelt names in scripts, without running them. */
#include "environments/lua/lint.h"

#include <stdio.h>

#include "cli/commands.h"
#include "cli/session.h"
#include "simulator/base/lines.h"

/* What luacheck finds goes to stdout as it is. False: it found something. */
static bool luacheck(const GPtrArray *files)
{
    static const char *const words[] = { "--no-color", "--formatter", "plain", "--quiet", "--codes", "--std", "lua54",
                                         "--no-max-line-length", "--no-unused-args", "--read-globals", "scenario", "use",
                                         "params", "hex", "unhex", "--" };
    g_autofree char *program = g_find_program_in_path("luacheck");
    if (!program) {
        fputs("ucsim: luacheck is not installed, so scopes and unused variables were not checked (Debian: apt-get install "
              "lua-check)\n", stderr);
        return true;
    }
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, program);
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        g_ptr_array_add(argv, (gpointer)words[i]);
    for (guint i = 0; i < files->len; i++)
        g_ptr_array_add(argv, files->pdata[i]);
    g_ptr_array_add(argv, NULL);
    g_autofree char *out = NULL;
    int status = 0;
    g_autoptr(GError) error = NULL;
    if (!g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, &status, &error)) {
        cli_fail(CLI_USAGE, "luacheck: %s", error->message);
        return false;
    }
    fputs(out, stdout);
    return g_spawn_check_wait_status(status, NULL);
}

static int lint(const GPtrArray *files, bool others)
{
    g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal); /* a library serves many scenarios */
    for (guint i = 0; i < files->len; i++)
        env_lint(files->pdata[i], findings);
    for (guint i = 0; i < findings->len; i++) {
        g_autofree char *finding = uc_shortened(findings->pdata[i]);
        if (g_hash_table_add(seen, findings->pdata[i]))
            puts(finding);
    }
    bool clean = !others || luacheck(files);
    if (findings->len || !clean)
        return CLI_USAGE;
    printf("%u file%s: nothing found\n", files->len, files->len == 1 ? "" : "s");
    return CLI_OK;
}

int cli_lint(int argc, char **argv)
{
    gboolean own = FALSE;
    g_auto(GStrv) path = NULL;
    const GOptionEntry entries[] = {
        { "own", 0, 0, G_OPTION_ARG_NONE, &own, "only the program's own checks, without luacheck", NULL },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &path, NULL, NULL },
        { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
    };
    int code;
    if (!cli_parse("lint", "FILE...", "Finds misspelt calls, fields, kinds of messages and variables in scenarios without "
                   "running them, and\nruns luacheck where it is installed. FILE is a script or a folder of scripts. One "
                   "line for each finding:\nfile:line: message.\nExit code: 0 nothing found, 2 something found.",
                   entries, &argc, &argv, &code))
        return code;
    if (!path)
        return cli_fail(CLI_USAGE, "lint: expected scripts or folders of scripts, got none; see 'ucsim lint --help'");
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    for (char **p = path; *p; p++) {
        GError *error = NULL;
        if (!cli_scenario_files(*p, files, &error))
            return cli_fail_error(error);
    }
    return lint(files, !own);
}
