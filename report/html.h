/* One HTML file for a whole run of check or explore: verdicts in a table with a filter, and for every trace the chart
 * to zoom, to hover over and to step through with what both worlds hold beside it, the ownership plot, and the command
 * that reproduces it. Self-contained: no network, no other file. Same traces, same bytes.
 */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "report/export.h"

typedef struct {
    char *name;      /* the trace's file, for the command; only its last component is shown */
    UcTrace *trace;
    const UcInterface *interface; /* of the trace; NULL: it is not known */
    const char *program; /* that reproduces it, and its options before the subcommand; NULL: "ucsim" */
} RepHtmlItem;

/* Items: RepHtmlItem; audits: RepAudit (report/audit.h). The caller frees the text; NULL and an error when Graphviz or gnuplot cannot draw. */
char *rep_html(const GPtrArray *items, const GPtrArray *audits, const char *title, GError **error);

#endif
