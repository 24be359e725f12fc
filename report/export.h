/* What a chart can be written as: one table of formats.
 *
 * dot, svg, png and pdf are pictures by Graphviz, tikz is one by LaTeX; the others are texts for other tools, made from the
 * same rows:
 *   mermaid   https://mermaid.js.org/syntax/sequenceDiagram.html
 *   plantuml  https://plantuml.com/sequence-diagram
 *   tikz      a tikzpicture for \input (package tikz)
 *   shiviz    a log with vector clocks; both worlds as two executions, see docs/pictures.md for the two expressions
 *   itf       Apalache's trace format, JSON, one state per row (ADR 015 of Apalache)
 */
#ifndef REPORT_EXPORT_H
#define REPORT_EXPORT_H

#include "report/chart_scene.h"
#include "report/tool.h"

/* What one page of a format can hold, by the tool that reads it. */
typedef struct {
    double most;
    const char *of;     /* "points of height" */
    double (*frame)(const RepLayout *layout);                      /* what a page without lines takes */
    double (*cost)(const RepLayout *layout, const RepLine *line);  /* what a line adds */
    double (*across)(const RepLayout *layout);                     /* the other direction, of the same limit; or NULL */
} RepLimit;

typedef struct {
    const char *name;
    const char *extension[3]; /* with the dot, the usual one first; ended by NULL */
    bool paged;               /* --rows applies */
    bool drawn;               /* width and font apply */
    double width;             /* where none is asked for; 0: free */
    RepMetric metric;
    RepLimit limit;           /* most 0: none */
    GBytes *(*write)(const RepLayout *layout, const RepPage *page, unsigned number, unsigned pages, GError **error);
} RepFormat;

extern const RepFormat rep_formats[]; /* ended by a NULL name */

const RepFormat *rep_format_named(const char *name);
/* By the file's extension, or NULL. */
const RepFormat *rep_format_of_file(const char *path);

/* Of at most `rows` lines (0: any number) and of what the format can hold. Free with g_array_unref(). */
GArray *rep_format_pages(const RepFormat *format, const RepLayout *layout, unsigned rows);

/* The texts; the caller frees. `number` counts pages from 0. */
char *rep_export_mermaid(const RepLayout *layout, const RepPage *page, unsigned number, unsigned pages);
char *rep_export_plantuml(const RepLayout *layout, const RepPage *page, unsigned number, unsigned pages);
char *rep_export_tikz(const RepLayout *layout, const RepScene *scene);
char *rep_export_shiviz(const RepChart *chart);
char *rep_export_itf(const RepChart *chart);
/* The SVG for embedding in a page, from <svg on; ids get the prefix. */
char *rep_export_inline_svg(const RepChart *chart, const char *prefix, GError **error);

/* In characters. */
double rep_mermaid_frame(const RepLayout *layout);
double rep_mermaid_cost(const RepLayout *layout, const RepLine *line);
/* In pixels. */
double rep_plantuml_frame(const RepLayout *layout);
double rep_plantuml_cost(const RepLayout *layout, const RepLine *line);
double rep_plantuml_across(const RepLayout *layout);

#endif
