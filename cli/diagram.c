#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "environments/worlds/options.h"
#include "report/export.h"
#include "simulator/base/nearest.h"

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
    "\n"
    "For a paper: --width makes the figure exactly as wide as a column, --world real or ideal draws one world,\n"
    "--events A-B draws these events of it only (of the real world where both are drawn), --no-title leaves title\n"
    "and verdict to the caption. Labels that do not fit are broken, then shortened; the legend has them whole.\n"
    "  ucsim diagram run.jsonl -o run.tex --width 84mm --world real --no-title\n"
    "  ucsim diagram run.jsonl -o run.pdf --width 174mm --font \"Times 8\" --events 12-30";

typedef struct {
    char *output, *format, *width, *world, *events, *font;
    int rows, page, context;
    gboolean dummy, whole, untitled;
} Arguments;

static void clear_arguments(Arguments *a)
{
    g_free(a->output);
    g_free(a->format);
    g_free(a->width);
    g_free(a->world);
    g_free(a->events);
    g_free(a->font);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Arguments, clear_arguments)

/* What is drawn, and how. */
typedef struct {
    RepStyle style;
    char *family; /* owned; of the style */
    RepLayout *layout;
    GArray *pages;
    const RepFormat *format;
} Figure;

static void clear_figure(Figure *f)
{
    g_clear_pointer(&f->layout, rep_layout_free);
    g_clear_pointer(&f->pages, g_array_unref);
    g_free(f->family);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Figure, clear_figure)

static const RepFormat *format_of(const Arguments *a)
{
    const RepFormat *format = a->format ? rep_format_named(a->format) : rep_format_of_file(a->output);
    if (format)
        return format;
    const char *name[32] = { NULL };
    for (unsigned i = 0; rep_formats[i].name && i < 31; i++)
        name[i] = rep_formats[i].name;
    const char *near = a->format ? uc_nearest(a->format, name) : NULL;
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

static int write_page(const Figure *f, unsigned page, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = f->format->write(f->layout, &g_array_index(f->pages, RepPage, page), page, f->pages->len, &error);
    if (!bytes)
        return cli_fail(error->code == REP_ERROR_MISSING ? CLI_USAGE : CLI_INTERNAL, "diagram: %s", error->message);
    gsize n;
    const void *data = g_bytes_get_data(bytes, &n);
    if (!cli_write_file(path, data, n, &error))
        return cli_fail(CLI_USAGE, "diagram: %s", error->message);
    return CLI_OK;
}

static int write_pages(const Figure *f, const char *path)
{
    const unsigned pages = f->pages->len;
    if (pages > 1 && !strcmp(path, "-"))
        return cli_fail(CLI_USAGE, "diagram: %u pages do not go to one standard output; choose one by --page, or more --rows", pages);
    for (unsigned page = 0; page < pages; page++) {
        g_autofree char *file = pages > 1 ? page_path(path, f->format, page + 1) : g_strdup(path);
        int code = write_page(f, page, file);
        if (code != CLI_OK)
            return code;
        if (pages > 1)
            printf("%s\n", file);
    }
    return CLI_OK;
}

/* Says where the tool that reads this stops. */
static void warn(const Figure *f, unsigned rows)
{
    const RepLimit *limit = &f->format->limit;
    if (limit->most <= 0)
        return;
    g_autoptr(GArray) wanted = rep_layout_pages(f->layout, rows, 0, NULL);
    if (f->pages->len > wanted->len)
        fprintf(stderr, "ucsim: diagram: one %s holds %.0f %s at most, this is more: written as pages\n", f->format->name,
                limit->most, limit->of);
    for (guint i = 0; i < f->pages->len; i++) {
        const RepPage *page = &g_array_index(f->pages, RepPage, i);
        const double needs = limit->frame(f->layout) + (page->count == 1 ? limit->cost(f->layout, rep_line(f->layout, page->first)) : 0);
        if (needs > limit->most)
            fprintf(stderr, "ucsim: diagram: page %u has about %.0f %s, one %s holds %.0f: it may be cut or refused\n", i + 1,
                    needs, limit->of, f->format->name, limit->most);
    }
    const double across = limit->across ? limit->across(f->layout) : 0;
    if (across > limit->most)
        fprintf(stderr, "ucsim: diagram: about %.0f %s wide, %s cuts at %.0f; draw one world by --world, or set PLANTUML_LIMIT_SIZE\n",
                across, limit->of, f->format->name, limit->most);
}

/* A figure that is mostly legend is no figure. */
static void warn_of_legend(const Figure *f, const RepChart *chart)
{
    unsigned labels = 0, moved = 0;
    for (guint i = 0; i < chart->event->len; i++) {
        labels += f->layout->label[i].text != NULL;
        moved += f->layout->label[i].legend;
    }
    if (moved > labels / 3)
        fprintf(stderr, "ucsim: diagram: %u of %u labels are shortened and stand in the legend; more room: a larger --width%s\n",
                moved, labels, rep_chart_width(chart, REP_REAL) && rep_chart_width(chart, REP_IDEAL) ? ", --world real or ideal" : "");
}

static int draw(Figure *f, const RepChart *chart, const Arguments *a)
{
    f->layout = rep_layout_new(chart, &f->style);
    if (a->width && !rep_layout_holds(f->layout))
        return cli_fail(CLI_USAGE, "diagram: --width: expected more for so many lifelines, got %s; --world real or ideal draws one "
                        "world, --font a smaller one", a->width);
    f->pages = rep_format_pages(f->format, f->layout, (unsigned)a->rows);
    warn(f, (unsigned)a->rows);
    if (f->format->drawn)
        warn_of_legend(f, chart);
    if ((unsigned)a->page > f->pages->len)
        return cli_fail(CLI_USAGE, "diagram: page %d of %u", a->page, f->pages->len);
    return a->page ? write_page(f, (unsigned)a->page - 1, a->output) : write_pages(f, a->output);
}

/* ---- arguments ---- */

/* A decimal number, without a sign, an exponent or other forms that C reads; *end: behind it. 0: none. */
static double read_decimal(const char *value, char **end)
{
    const size_t digits = strspn(value, "0123456789.");
    const double n = g_ascii_isdigit(*value) ? g_ascii_strtod(value, end) : 0;
    return n > 0 && *end == value + digits ? n : 0;
}

/* "84mm": a decimal number and a unit, in points. */
static bool read_length(const char *value, double *points)
{
    static const struct { const char *name; double points; } unit[] = { { "mm", REP_MM }, { "cm", 10 * REP_MM }, { "in", 72 },
                                                                        { "pt", 72 / 72.27 } };
    char *end;
    const double n = read_decimal(value, &end);
    for (unsigned i = 0; n > 0 && i < G_N_ELEMENTS(unit); i++) {
        if (!strcmp(end, unit[i].name)) {
            *points = n * unit[i].points;
            return *points >= 30 * REP_MM && *points <= 1000 * REP_MM;
        }
    }
    return false;
}

enum { SIZE_LEAST = 4, SIZE_MOST = 24 };

/* "Times 8", "Times" or "8": a family, a size in points, or both. */
static bool read_font(const char *value, Figure *f)
{
    const char *blank = strrchr(value, ' '), *last = blank ? blank + 1 : value;
    char *end;
    const double size = read_decimal(last, &end);
    const bool sized = size > 0 && !*end;
    f->family = sized ? g_strndup(value, blank ? (gsize)(blank - value) : 0) : g_strdup(value);
    g_strstrip(f->family);
    f->style.size = sized ? size : 0;
    f->style.font = *f->family ? f->family : NULL;
    bool plain = g_utf8_validate(f->family, -1, NULL);
    for (const char *p = f->family; *p && plain; p++)
        plain = !g_ascii_iscntrl(*p) && !strchr("\"\\<>&,", *p);
    return plain && (*f->family || sized) && (!sized || (size >= SIZE_LEAST && size <= SIZE_MOST));
}

/* TeX has its own fonts: of the paper's, one is chosen. */
static bool font_fits(const RepFormat *format, const char *family)
{
    return format->metric != REP_COMPUTER_MODERN || !family || !strcmp(family, "serif") || !strcmp(family, "sans") ||
           !strcmp(family, "mono");
}

static bool read_events(const char *value, RepChartOptions *options)
{
    g_auto(GStrv) part = g_strsplit(value, "-", 3);
    return g_strv_length(part) == 2 && g_ascii_string_to_unsigned(part[0], 10, 1, G_MAXINT64, &options->first, NULL) &&
           g_ascii_string_to_unsigned(part[1], 10, options->first, G_MAXINT64, &options->last, NULL);
}

static bool read_world(const char *value, RepChartOptions *options)
{
    options->hide[REP_IDEAL] = !strcmp(value, rep_world_word[REP_REAL]);
    options->hide[REP_REAL] = !strcmp(value, rep_world_word[REP_IDEAL]);
    return options->hide[REP_IDEAL] || options->hide[REP_REAL] || !strcmp(value, "both");
}

static int read_chart_options(const Arguments *a, RepChartOptions *options)
{
    options->dummy = a->dummy;
    options->whole = a->whole;
    options->context = (unsigned)a->context;
    if (a->world && !read_world(a->world, options))
        return cli_fail(CLI_USAGE, "diagram: --world: expected real, ideal or both, got '%s'", a->world);
    if (a->events && !read_events(a->events, options))
        return cli_fail(CLI_USAGE, "diagram: --events: expected two numbers of events such as 12-30, got '%s'", a->events);
    return CLI_OK;
}

static int read_style(const Arguments *a, Figure *f)
{
    f->style = (RepStyle){ .width = f->format->width, .untitled = a->untitled, .metric = f->format->metric };
    if (a->width && !read_length(a->width, &f->style.width))
        return cli_fail(CLI_USAGE, "diagram: --width: expected a length from 30mm to 1000mm in mm, cm, in or pt, got '%s'", a->width);
    if (a->font && !read_font(a->font, f))
        return cli_fail(CLI_USAGE, "diagram: --font: expected a family, a size from %d to %d points, or both, such as \"Times 8\", "
                        "got '%s'", SIZE_LEAST, SIZE_MOST, a->font);
    if (!font_fits(f->format, f->style.font))
        return cli_fail(CLI_USAGE, "diagram: --font: expected serif, sans or mono (the paper's own) or a size for %s, got '%s'",
                        f->format->name, a->font);
    return CLI_OK;
}

/* Options that the format has no use for. */
static int check_format(const Arguments *a, const RepFormat *format)
{
    const struct { bool given, taken; const char *option, *wants; } of[] = {
        { a->rows != 0, format->paged, "--rows", "a format that has pages" },
        { a->untitled, format->paged, "--no-title", "a format that has a title" },
        { a->width != NULL, format->drawn, "--width", "svg, png, pdf, dot or tikz" },
        { a->font != NULL, format->drawn, "--font", "svg, png, pdf, dot or tikz" },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(of); i++) {
        if (of[i].given && !of[i].taken)
            return cli_fail(CLI_USAGE, "diagram: %s: expected %s, got %s", of[i].option, of[i].wants, format->name);
    }
    return CLI_OK;
}

/* An empty chart would say that nothing happened. */
static int check_events(const Arguments *a, const RepChartOptions *options, const RepChart *chart)
{
    const RepWorld left = rep_chart_left(chart);
    const uint64_t last = rep_chart_last(chart, left);
    if (a->events && options->first > last)
        return cli_fail(CLI_USAGE, "diagram: --events: expected numbers from 1 to %" G_GUINT64_FORMAT ", the events of the %s world, "
                        "got '%s'", last, rep_world_word[left], a->events);
    return CLI_OK;
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

static int draw_trace(const Arguments *a, const char *path)
{
    g_auto(Figure) figure = { .format = format_of(a) };
    if (!figure.format)
        return CLI_USAGE;
    RepChartOptions options = rep_chart_default_options();
    int code = check_format(a, figure.format);
    code = code == CLI_OK ? read_chart_options(a, &options) : code;
    code = code == CLI_OK ? read_style(a, &figure) : code;
    if (code != CLI_OK)
        return code;
    g_autoptr(GError) error = NULL;
    g_autoptr(UcTrace) trace = uc_trace_load(path, &error);
    if (!trace)
        return cli_fail(CLI_USAGE, "diagram: %s", error->message);
    options.interface = env_trace_interface(trace);
    g_autoptr(RepChart) chart = rep_chart_new(trace, &options);
    code = check_events(a, &options, chart);
    code = code == CLI_OK ? draw(&figure, chart, a) : code;
    g_clear_pointer(&figure.layout, rep_layout_free); /* it points into the chart */
    return code;
}

int cli_diagram(int argc, char **argv)
{
    g_auto(Arguments) a = { .context = (int)rep_chart_default_options().context };
    const GOptionEntry entries[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &a.output, "the picture; '-': standard output", "FILE" },
        { "format", 'f', 0, G_OPTION_ARG_STRING, &a.format, "when the extension does not tell", "NAME" },
        { "width", 0, 0, G_OPTION_ARG_STRING, &a.width, "of the figure: 84mm, 174mm, 5in (tikz: 120mm)", "LENGTH" },
        { "world", 0, 0, G_OPTION_ARG_STRING, &a.world, "real, ideal or both", "WORLD" },
        { "events", 0, 0, G_OPTION_ARG_STRING, &a.events, "these only", "A-B" },
        { "no-title", 0, 0, G_OPTION_ARG_NONE, &a.untitled, "leave title and verdict to a caption", NULL },
        { "font", 0, 0, G_OPTION_ARG_STRING, &a.font, "family, size of the labels in points, or both", "FONT" },
        { "rows", 0, 0, G_OPTION_ARG_INT, &a.rows, "rows on a page (0: as many as it holds)", "N" },
        { "page", 0, 0, G_OPTION_ARG_INT, &a.page, "this page only", "N" },
        { "context", 0, 0, G_OPTION_ARG_INT, &a.context, "rows around the first difference (10)", "N" },
        { "whole", 0, 0, G_OPTION_ARG_NONE, &a.whole, "fold nothing", NULL },
        { "dummy", 0, 0, G_OPTION_ARG_NONE, &a.dummy, "draw the ideal world's dummy parties and A too", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int code;
    if (!cli_parse("diagram", "TRACE -o FILE", text, entries, &argc, &argv, &code))
        return code;
    code = checked(&a, argc, argv);
    return code == CLI_OK ? draw_trace(&a, argv[1]) : CLI_USAGE;
}
