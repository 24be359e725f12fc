#include "report/export.h"

#include <string.h>

#include "report/chart_dot.h"
#include "report/svg.h"

static GBytes *take(char *text) { return g_bytes_new_take(text, strlen(text)); }

static GBytes *write_dot(const RepChart *chart, unsigned rows, unsigned page, GError **error)
{
    return take(rep_chart_dot(chart, rows, page));
}

static GBytes *draw(const RepChart *chart, unsigned rows, unsigned page, const char *as, GError **error)
{
    g_autofree char *dot = rep_chart_dot(chart, rows, page);
    const char *argv[] = { "neato", "-n2", as, NULL };
    return rep_tool_run(argv, "graphviz", dot, error);
}

static GBytes *write_svg(const RepChart *chart, unsigned rows, unsigned page, GError **error)
{
    g_autoptr(GBytes) svg = draw(chart, rows, page, "-Tsvg", error);
    gsize n;
    const char *text = svg ? g_bytes_get_data(svg, &n) : NULL;
    return text ? take(rep_svg_tidy(text, n, NULL)) : NULL;
}

static GBytes *write_png(const RepChart *c, unsigned r, unsigned p, GError **e) { return draw(c, r, p, "-Tpng", e); }
static GBytes *write_pdf(const RepChart *chart, unsigned rows, unsigned page, GError **error)
{
    GBytes *pdf = draw(chart, rows, page, "-Tpdf", error);
    return pdf ? rep_pdf_undated(pdf) : NULL;
}

static GBytes *write_mermaid(const RepChart *c, unsigned r, unsigned p, GError **e) { return take(rep_export_mermaid(c)); }
static GBytes *write_plantuml(const RepChart *c, unsigned r, unsigned p, GError **e) { return take(rep_export_plantuml(c)); }
static GBytes *write_tikz(const RepChart *c, unsigned r, unsigned p, GError **e) { return take(rep_export_tikz(c)); }
static GBytes *write_shiviz(const RepChart *c, unsigned r, unsigned p, GError **e) { return take(rep_export_shiviz(c)); }
static GBytes *write_itf(const RepChart *c, unsigned r, unsigned p, GError **e) { return take(rep_export_itf(c)); }

/* Cairo's bitmaps are at most 32,767 pixels high, at 96 dots per inch; PDF readers stop at 14,400 points. */
const RepFormat rep_formats[] = {
    { "svg", { ".svg" }, true, 0, write_svg },
    { "png", { ".png" }, true, 800, write_png },
    { "pdf", { ".pdf" }, true, 450, write_pdf },
    { "dot", { ".dot", ".gv" }, true, 0, write_dot },
    { "mermaid", { ".mmd", ".mermaid" }, false, 0, write_mermaid },
    { "plantuml", { ".puml", ".plantuml" }, false, 0, write_plantuml },
    { "tikz", { ".tex", ".tikz" }, false, 0, write_tikz },
    { "shiviz", { ".shiviz", ".log" }, false, 0, write_shiviz },
    { "itf", { ".itf.json", ".itf" }, false, 0, write_itf },
    { NULL, { NULL }, false, 0, NULL },
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

char *rep_export_inline_svg(const RepChart *chart, const char *prefix, GError **error)
{
    g_assert(chart && prefix);
    g_autoptr(GBytes) svg = draw(chart, 0, 1, "-Tsvg", error);
    gsize n;
    const char *text = svg ? g_bytes_get_data(svg, &n) : NULL;
    return text ? rep_svg_tidy(text, n, prefix) : NULL;
}
