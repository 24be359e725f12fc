/* What a chart can be written as: one table of formats.
 *
 * dot, svg, png and pdf are pictures by Graphviz; the others are texts for other tools, made from the same rows:
 *   mermaid   https://mermaid.js.org/syntax/sequenceDiagram.html
 *   plantuml  https://plantuml.com/sequence-diagram
 *   tikz      a tikzpicture for \input (packages tikz, textcomp)
 *   shiviz    a log with vector clocks; both worlds as two executions, see docs/pictures.md for the two expressions
 *   itf       Apalache's trace format, JSON, one state per row (ADR 015 of Apalache)
 */
#ifndef REPORT_EXPORT_H
#define REPORT_EXPORT_H

#include "report/chart.h"
#include "report/tool.h"

typedef struct {
    const char *name;
    const char *extension[3]; /* with the dot, the usual one first; ended by NULL */
    bool paged;               /* --rows applies */
    unsigned most_rows;       /* what one picture can hold, 0: any number */
    GBytes *(*write)(const RepChart *chart, unsigned rows, unsigned page, GError **error);
} RepFormat;

extern const RepFormat rep_formats[]; /* ended by a NULL name */

const RepFormat *rep_format_named(const char *name);
/* By the file's extension, or NULL. */
const RepFormat *rep_format_of_file(const char *path);

/* The texts; the caller frees. */
char *rep_export_mermaid(const RepChart *chart);
char *rep_export_plantuml(const RepChart *chart);
char *rep_export_tikz(const RepChart *chart);
char *rep_export_shiviz(const RepChart *chart);
char *rep_export_itf(const RepChart *chart);
/* The SVG for embedding in a page, from <svg on; ids get the prefix. */
char *rep_export_inline_svg(const RepChart *chart, const char *prefix, GError **error);

#endif
