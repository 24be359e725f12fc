#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "environments/worlds/options.h"
#include "report/chart_dot.h"
#include "report/export.h"

static const char text[] =
    "Draws a trace as a sequence chart: the real world left, the ideal world right, aligned on what Z sees.\n"
    "Bold arrows reach Z. The first difference has a red band, a thick arrow and the words beside it; what\n"
    "comes long before it is folded into one bar, what comes after it is grey.\n"
    "\n"
    "Formats, by the file's extension or --format: svg, png, pdf (Graphviz), dot, mermaid (.mmd), plantuml\n"
    "(.puml), tikz (.tex), shiviz (.shiviz), itf (.itf.json). '-o -' writes to standard output.\n"
    "\n"
    "Traces come from 'ucsim check --trace', 'ucsim run' and 'ucsim explore'. Examples:\n"
    "  ucsim diagram run.jsonl -o run.svg\n"
    "  ucsim diagram run.jsonl -o run.pdf --rows 40        run-1.pdf, run-2.pdf, ...\n"
    "  ucsim diagram run.jsonl -o run.tex --context 4      for a paper";

typedef struct {
    char *output, *format;
    int rows, page, context;
    gboolean dummy, whole;
} Arguments;

static const RepFormat *format_of(const Arguments *a)
{
    const RepFormat *format = a->format ? rep_format_named(a->format) : rep_format_of_file(a->output);
    if (format)
        return format;
    const char *name[32] = { NULL };
    for (unsigned i = 0; rep_formats[i].name && i < 31; i++)
        name[i] = rep_formats[i].name;
    const char *near = a->format ? cli_nearest(a->format, name) : NULL;
    g_autofree char *all = g_strjoinv(", ", (char **)(void *)name);
    if (near)
        cli_fail(CLI_USAGE, "diagram: no format '%s'; did you mean '%s'?", a->format, near);
    else if (a->format)
        cli_fail(CLI_USAGE, "diagram: no format '%s'; expected one of %s", a->format, all);
    else
        cli_fail(CLI_USAGE, "diagram: cannot tell the format from '%s'; name it by --format: %s", a->output, all);
    return NULL;
}

/* "run.svg", page 3 -> "run-3.svg". */
static char *page_path(const char *path, const RepFormat *format, unsigned page)
{
    for (int i = 0; i < 3 && format->extension[i]; i++) {
        if (g_str_has_suffix(path, format->extension[i])) {
            size_t stem = strlen(path) - strlen(format->extension[i]);
            return g_strdup_printf("%.*s-%u%s", (int)stem, path, page, format->extension[i]);
        }
    }
    return g_strdup_printf("%s-%u", path, page);
}

static int write_page(const RepChart *chart, const RepFormat *format, unsigned rows, unsigned page, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = format->write(chart, rows, page, &error);
    if (!bytes)
        return cli_fail(error->code == REP_ERROR_MISSING ? CLI_USAGE : CLI_INTERNAL, "diagram: %s", error->message);
    gsize n;
    const void *data = g_bytes_get_data(bytes, &n);
    if (!cli_write_file(path, data, n, &error))
        return cli_fail(CLI_USAGE, "diagram: %s", error->message);
    return CLI_OK;
}

static int write_pages(const RepChart *chart, const RepFormat *format, unsigned rows, const char *path)
{
    unsigned pages = rep_chart_pages(chart, rows);
    if (pages > 1 && !strcmp(path, "-"))
        return cli_fail(CLI_USAGE, "diagram: %u pages of %u rows do not go to one standard output; choose one by --page, or more "
                        "--rows", pages, rows);
    for (unsigned page = 1; page <= pages; page++) {
        g_autofree char *file = pages > 1 ? page_path(path, format, page) : g_strdup(path);
        int code = write_page(chart, format, rows, page, file);
        if (code != CLI_OK)
            return code;
        if (pages > 1)
            printf("%s\n", file);
    }
    return CLI_OK;
}

static int draw(const RepChart *chart, const RepFormat *format, const Arguments *a)
{
    if (a->rows && !format->paged)
        return cli_fail(CLI_USAGE, "diagram: --rows: expected a format that has pages, got %s", format->name);
    unsigned rows = (unsigned)a->rows, lines = rep_chart_lines(chart);
    if (format->most_rows && lines > format->most_rows && (!rows || rows > format->most_rows)) {
        rows = format->most_rows;
        fprintf(stderr, "ucsim: diagram: one %s holds %u rows at most, these are %u: written as pages\n", format->name,
                rows, lines);
    }
    unsigned pages = rep_chart_pages(chart, rows);
    if ((unsigned)a->page > pages)
        return cli_fail(CLI_USAGE, "diagram: page %d of %u", a->page, pages);
    return a->page ? write_page(chart, format, rows, (unsigned)a->page, a->output)
                   : write_pages(chart, format, rows, a->output);
}

static int checked(const Arguments *a, int argc, char **argv)
{
    if (argc != 2)
        return cli_fail(CLI_USAGE, "diagram: expected one trace file, got %d; see 'ucsim diagram --help'", argc - 1);
    if (!a->output)
        return cli_fail(CLI_USAGE, "diagram: where to? give -o FILE, for example -o %s.svg", argv[1]);
    if (a->rows < 0 || a->page < 0 || a->context < 0)
        return cli_fail(CLI_USAGE, "diagram: --rows, --page and --context are counts, not below 0");
    const CliFile files[] = { { .path = argv[1] }, { .what = "-o", .path = a->output, .writes = true } };
    return cli_check_files("diagram", files, G_N_ELEMENTS(files));
}

int cli_diagram(int argc, char **argv)
{
    RepChartOptions options = rep_chart_default_options();
    Arguments a = { .context = (int)options.context };
    const GOptionEntry entries[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &a.output, "the picture; '-': standard output", "FILE" },
        { "format", 'f', 0, G_OPTION_ARG_STRING, &a.format, "when the extension does not tell", "NAME" },
        { "rows", 0, 0, G_OPTION_ARG_INT, &a.rows, "rows on a page (0: one page)", "N" },
        { "page", 0, 0, G_OPTION_ARG_INT, &a.page, "this page only", "N" },
        { "context", 0, 0, G_OPTION_ARG_INT, &a.context, "rows around the first difference (10)", "N" },
        { "whole", 0, 0, G_OPTION_ARG_NONE, &a.whole, "fold nothing", NULL },
        { "dummy", 0, 0, G_OPTION_ARG_NONE, &a.dummy, "draw the ideal world's dummy parties and A too", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int code;
    const bool parsed = cli_parse("diagram", "TRACE -o FILE", text, entries, &argc, &argv, &code);
    g_autofree char *output = a.output, *format_name = a.format;
    if (!parsed)
        return code;
    code = checked(&a, argc, argv);
    const RepFormat *format = code == CLI_OK ? format_of(&a) : NULL;
    if (!format)
        return CLI_USAGE;
    g_autoptr(GError) error = NULL;
    g_autoptr(UcTrace) trace = uc_trace_load(argv[1], &error);
    if (!trace)
        return cli_fail(CLI_USAGE, "diagram: %s", error->message);
    options.interface = env_trace_interface(trace);
    options.dummy = a.dummy;
    options.whole = a.whole;
    options.context = (unsigned)a.context;
    g_autoptr(RepChart) chart = rep_chart_new(trace, &options);
    return draw(chart, format, &a);
}
