#include "report/export.h"

#include <string.h>

#include "report/chart_dot.h"
#include "report/svg.h"

static GBytes *take(char *text) { return g_bytes_new_take(text, strlen(text)); }

static GBytes *write_dot(const RepLayout *l, const RepPage *page, unsigned number, unsigned pages, GError **error)
{
    g_autoptr(RepScene) scene = rep_scene_new(l, page, number, pages);
    return take(rep_chart_dot(l, scene));
}

/* Cairo's bitmaps are at most 32,767 pixels high. */
enum { PRINT_DPI = 300, SCREEN_DPI = 96, PNG_PIXELS = 32000 };

static GBytes *draw(const RepLayout *l, const RepPage *page, unsigned number, unsigned pages, const char *as, GError **error)
{
    g_autoptr(RepScene) scene = rep_scene_new(l, page, number, pages);
    g_autofree char *dot = rep_chart_dot(l, scene);
    const bool printed = !strcmp(as, "-Tpng") && l->style.width > 0; /* a figure of a given width is for paper */
    g_autofree char *dpi = g_strdup_printf("-Gdpi=%.0f", MIN(PRINT_DPI, PNG_PIXELS * 72 / scene->height));
    const char *argv[] = { "neato", "-n2", as, printed ? dpi : NULL, NULL };
    return rep_tool_run(argv, "graphviz", dot, error);
}

static GBytes *write_svg(const RepLayout *l, const RepPage *page, unsigned number, unsigned pages, GError **error)
{
    g_autoptr(GBytes) svg = draw(l, page, number, pages, "-Tsvg", error);
    gsize n;
    const char *text = svg ? g_bytes_get_data(svg, &n) : NULL;
    return text ? take(rep_svg_tidy(text, n, NULL)) : NULL;
}

static GBytes *write_png(const RepLayout *l, const RepPage *page, unsigned number, unsigned pages, GError **error)
{
    return draw(l, page, number, pages, "-Tpng", error);
}

static GBytes *write_pdf(const RepLayout *l, const RepPage *page, unsigned number, unsigned pages, GError **error)
{
    GBytes *pdf = draw(l, page, number, pages, "-Tpdf", error);
    return pdf ? rep_pdf_undated(pdf) : NULL;
}

static GBytes *write_tikz(const RepLayout *l, const RepPage *page, unsigned number, unsigned pages, GError **error)
{
    g_autoptr(RepScene) scene = rep_scene_new(l, page, number, pages);
    return take(rep_export_tikz(l, scene));
}

static GBytes *write_mermaid(const RepLayout *l, const RepPage *page, unsigned number, unsigned pages, GError **error)
{
    return take(rep_export_mermaid(l, page, number, pages));
}

static GBytes *write_plantuml(const RepLayout *l, const RepPage *page, unsigned number, unsigned pages, GError **error)
{
    return take(rep_export_plantuml(l, page, number, pages));
}

static GBytes *write_shiviz(const RepLayout *l, const RepPage *page, unsigned number, unsigned pages, GError **error)
{
    return take(rep_export_shiviz(l->chart));
}

static GBytes *write_itf(const RepLayout *l, const RepPage *page, unsigned number, unsigned pages, GError **error)
{
    return take(rep_export_itf(l->chart));
}

/* PDF readers stop at 14,400 points; a page
 * of LaTeX's article holds a figure of 500 points with its caption, and a line of it 345 points of TeX. Mermaid's default of
 * maxTextSize is 50,000 characters, PlantUML's of PLANTUML_LIMIT_SIZE 4,096 pixels. */
enum { PNG_POINTS = PNG_PIXELS * 72 / SCREEN_DPI, PDF_POINTS = 13000, TIKZ_POINTS = 500, MERMAID_CHARS = 50000, PLANTUML_PIXELS = 4096 };
#define TIKZ_WIDTH (120 * REP_MM)
#define POINTS(n) { (n), "points of height", rep_scene_frame, rep_line_cost, NULL }

const RepFormat rep_formats[] = {
    { "svg", { ".svg" }, true, true, 0, REP_DEJAVU, { 0 }, write_svg },
    { "png", { ".png" }, true, true, 0, REP_DEJAVU, POINTS(PNG_POINTS), write_png },
    { "pdf", { ".pdf" }, true, true, 0, REP_DEJAVU, POINTS(PDF_POINTS), write_pdf },
    { "dot", { ".dot", ".gv" }, true, true, 0, REP_DEJAVU, { 0 }, write_dot },
    { "mermaid", { ".mmd", ".mermaid" }, true, false, 0, REP_DEJAVU,
      { MERMAID_CHARS, "characters", rep_mermaid_frame, rep_mermaid_cost, NULL }, write_mermaid },
    { "plantuml", { ".puml", ".plantuml" }, true, false, 0, REP_DEJAVU,
      { PLANTUML_PIXELS, "pixels", rep_plantuml_frame, rep_plantuml_cost, rep_plantuml_across }, write_plantuml },
    { "tikz", { ".tex", ".tikz" }, true, true, TIKZ_WIDTH, REP_COMPUTER_MODERN, POINTS(TIKZ_POINTS), write_tikz },
    { "shiviz", { ".shiviz", ".log" }, false, false, 0, REP_DEJAVU, { 0 }, write_shiviz },
    { "itf", { ".itf.json", ".itf" }, false, false, 0, REP_DEJAVU, { 0 }, write_itf },
    { NULL, { NULL }, false, false, 0, REP_DEJAVU, { 0 }, NULL },
};

const RepFormat *rep_format_named(const char *name)
{
    g_assert(name);
    for (const RepFormat *f = rep_formats; f->name; f++) {
        if (!strcmp(f->name, name))
            return f;
    }
    return NULL;
}

const RepFormat *rep_format_of_file(const char *path)
{
    g_assert(path);
    for (const RepFormat *f = rep_formats; f->name; f++) {
        for (int i = 0; i < 3 && f->extension[i]; i++) {
            if (g_str_has_suffix(path, f->extension[i]))
                return f;
        }
    }
    return NULL;
}

GArray *rep_format_pages(const RepFormat *format, const RepLayout *l, unsigned rows)
{
    g_assert(format && l);
    const RepLimit *limit = &format->limit;
    const double room = limit->most > 0 ? MAX(limit->most - limit->frame(l), 1) : 0;
    return rep_layout_pages(l, rows, room, limit->cost);
}

char *rep_export_inline_svg(const RepChart *chart, const char *prefix, GError **error)
{
    g_assert(chart && prefix);
    const RepStyle style = { 0 };
    g_autoptr(RepLayout) layout = rep_layout_new(chart, &style);
    const RepPage all = { 0, layout->line->len };
    g_autoptr(GBytes) svg = draw(layout, &all, 0, 1, "-Tsvg", error);
    gsize n;
    const char *text = svg ? g_bytes_get_data(svg, &n) : NULL;
    return text ? rep_svg_tidy(text, n, prefix) : NULL;
}
