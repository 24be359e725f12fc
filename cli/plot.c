#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "environments/worlds/options.h"
#include "report/plot_advantage.h"
#include "report/rows.h"
#include "simulator/base/file.h"
#include "simulator/base/nearest.h"

static const char text[] =
    "Plots, by gnuplot; the extension of FILE says svg, png or pdf.\n"
    "\n"
    "  ownership TRACE     who has what when, such as one-time keys: event number on x, index on y;\n"
    "                      what is in transit, used and lost is marked. --world ideal shows the functionality's view.\n"
    "  lengths TABLE       counterexamples as found and after shrinking; lines 'NAME FOUND SHRUNK'\n"
    "  sweep TRACE...      one-time keys lost (--y lost, used or held) against an option or a value of\n"
    "                      for_each (--x); --by draws one curve for each value of another\n"
    "  sweep JSON...       any two numbers of result files: --x and --y name fields, 'a.b' one inside another\n"
    "  advantage JSON      measured advantage and Pr[bad] with error bars on the bound's curve, from\n"
    "                      'ucsim advantage --sweep ... --json'\n"
    "  exploration JSON... the same for summaries of 'ucsim explore --json' (x: depth, y: states)\n"
    "\n"
    "Examples:\n"
    "  ucsim plot ownership run.jsonl -o keys.svg\n"
    "  ucsim plot sweep traces/*.jsonl --x reservation --by loss -o lost.pdf\n"
    "  ucsim plot exploration b1.json b2.json b3.json --x bounds.sign -o states.svg";

typedef struct {
    char *output, *world, *x, *y, *by, *title;
} Arguments;

static char *fail(GError *error)
{
    cli_fail(CLI_USAGE, "plot: %s", error->message);
    g_error_free(error);
    return NULL;
}

static char *ownership_script(const char *path, const Arguments *a)
{
    bool ideal = a->world && !strcmp(a->world, "ideal");
    if (a->world && !ideal && strcmp(a->world, "real")) {
        cli_fail(CLI_USAGE, "plot: expected --world real or ideal, got '%s'", a->world);
        return NULL;
    }
    GError *error = NULL;
    g_autoptr(UcTrace) trace = uc_trace_load(path, &error);
    if (!trace)
        return fail(error);
    g_autoptr(RepOwnership) o = rep_ownership_of(trace, env_trace_interface(trace), ideal, &error);
    if (!o) {
        g_prefix_error(&error, "%s: ", path);
        return fail(error);
    }
    const char *title = uc_trace_header(trace).title;
    g_autofree char *cut = rep_cut(title ? title : "untitled", 44);
    g_autofree char *whole = g_strdup_printf("%s: who holds which %s (%s world)", cut, o->ledger->part, ideal ? "ideal" : "real");
    return rep_plot_ownership(o, a->title ? a->title : whole);
}

static char *lengths_script(const char *path, const Arguments *a)
{
    GError *error = NULL;
    GPtrArray *list = NULL;
    g_autoptr(GPtrArray) series = rep_rows_lengths(path, &list, &error);
    if (!series)
        return fail(error);
    g_autoptr(GPtrArray) names = list;
    return rep_plot_bars(series, names, a->title ? a->title : "Counterexamples, as found and after shrinking", "moves");
}

static char *rows_script(const char *const *path, const Arguments *a, const char *x, const char *y, const char *title)
{
    GError *error = NULL;
    x = a->x ? a->x : x;
    y = a->y ? a->y : y;
    bool traces = g_str_has_suffix(path[0], ".jsonl");
    const char *parts = NULL;
    g_autoptr(GPtrArray) series = traces ? rep_rows_traces(path, x, y, a->by, env_trace_interface, &parts, &error)
                                         : rep_rows_json(path, x, y, a->by, &error);
    if (!series)
        return fail(error);
    g_autofree char *counted = traces ? g_strdup_printf("%s %s", parts, y) : g_strdup(y);
    return rep_plot_series(series, a->title ? a->title : traces ? "At the end of the run" : title, x, counted);
}

static char *advantage_script(const char *path, const Arguments *a)
{
    GError *error = NULL;
    g_autofree char *json = NULL;
    if (!uc_file_text(path, UC_FILE_SMALL, &json, NULL, &error))
        return fail(error);
    char *script = rep_plot_advantage(json, a->title, &error);
    if (!script)
        g_prefix_error(&error, "%s: ", path);
    return script ? script : fail(error);
}

static char *script_of(const char *what, const char *const *path, const Arguments *a)
{
    static const char *const known[] = { "ownership", "lengths", "sweep", "exploration", "advantage", NULL };
    if (!strcmp(what, known[0]))
        return ownership_script(path[0], a);
    if (!strcmp(what, known[1]))
        return lengths_script(path[0], a);
    if (!strcmp(what, known[2]))
        return rows_script(path, a, "value", "lost", "Sweep");
    if (!strcmp(what, known[3]))
        return rows_script(path, a, "depth", "states", "Exploration");
    if (!strcmp(what, known[4]))
        return advantage_script(path[0], a);
    const char *near = uc_nearest(what, known);
    cli_fail(CLI_USAGE, near ? "plot: no plot '%s'; did you mean '%s'?" : "plot: no plot '%s'; see 'ucsim plot --help'", what,
             near);
    return NULL;
}

static int write_plot(const char *script, const char *terminal, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = rep_plot_draw(script, terminal, &error);
    if (!bytes)
        return cli_fail(error->code == REP_ERROR_MISSING ? CLI_USAGE : CLI_INTERNAL, "plot: %s", error->message);
    gsize n;
    const void *data = g_bytes_get_data(bytes, &n);
    if (!cli_write_file(path, data, n, &error))
        return cli_fail(CLI_USAGE, "plot: %s", error->message);
    return CLI_OK;
}

static int check_files(int argc, char **argv, const char *output)
{
    g_autofree CliFile *files = g_new0(CliFile, (gsize)argc);
    files[0] = (CliFile){ .what = "-o", .path = output, .writes = true };
    for (int i = 2; i < argc; i++)
        files[i].path = argv[i];
    return cli_check_files("plot", files, (size_t)argc);
}

/* An option that this plot has no use for: silence would tell its user that it did something. */
static int check_useless(const char *what, const Arguments *a)
{
    const bool rows = !strcmp(what, "sweep") || !strcmp(what, "exploration");
    const char *name = a->world && strcmp(what, "ownership") ? "--world" : rows ? NULL : a->x ? "--x" : a->y ? "--y" : a->by ? "--by" : NULL;
    return name ? cli_fail(CLI_USAGE, "plot: %s: expected a plot of %s, got %s", name,
                           !strcmp(name, "--world") ? "ownership" : "sweep or exploration", what) : CLI_OK;
}

static int plot(const Arguments *a, int argc, char **argv)
{
    if (argc < 3)
        return cli_fail(CLI_USAGE, "plot: expected a plot and a file, got %d arguments; see 'ucsim plot --help'", argc - 1);
    if (argc > 3 && (!strcmp(argv[1], "ownership") || !strcmp(argv[1], "lengths")))
        return cli_fail(CLI_USAGE, "plot: expected one file for %s, got %d", argv[1], argc - 2);
    if (!a->output)
        return cli_fail(CLI_USAGE, "plot: where to? give -o FILE, for example -o %s.svg", argv[1]);
    const char *terminal = rep_plot_terminal(a->output);
    if (!terminal)
        return cli_fail(CLI_USAGE, "plot: expected FILE.svg, .png or .pdf, got '%s'", a->output);
    int code = check_useless(argv[1], a);
    if (code == CLI_OK)
        code = check_files(argc, argv, a->output);
    if (code != CLI_OK)
        return code;
    g_autofree char *script = script_of(argv[1], (const char *const *)argv + 2, a);
    return script ? write_plot(script, terminal, a->output) : CLI_USAGE;
}

int cli_plot(int argc, char **argv)
{
    Arguments a = { NULL };
    const GOptionEntry entries[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &a.output, "the picture", "FILE" },
        { "world", 0, 0, G_OPTION_ARG_STRING, &a.world, "ownership: real (default) or ideal", "WORLD" },
        { "x", 0, 0, G_OPTION_ARG_STRING, &a.x, "sweep, exploration: field on x", "FIELD" },
        { "y", 0, 0, G_OPTION_ARG_STRING, &a.y, "sweep, exploration: field on y", "FIELD" },
        { "by", 0, 0, G_OPTION_ARG_STRING, &a.by, "sweep, exploration: a curve for each value of this field", "FIELD" },
        { "title", 0, 0, G_OPTION_ARG_STRING, &a.title, "instead of the plot's own", "TEXT" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int code;
    if (cli_parse("plot", "PLOT FILE... -o FILE", text, entries, &argc, &argv, &code))
        code = plot(&a, argc, argv);
    char *owned[] = { a.output, a.world, a.x, a.y, a.by, a.title };
    for (unsigned i = 0; i < G_N_ELEMENTS(owned); i++)
        g_free(owned[i]);
    return code;
}
