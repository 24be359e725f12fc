/* A chart as Graphviz text, every node pinned: to be drawn by `neato -n2`.
 *
 * Coordinates are points, one row is REP_ROW_POINTS high. The text depends on the chart alone: same trace, same bytes.
 * What colour says is said again by words, width or pattern: bold arrows are what Z sees, the first difference has a
 * band, a thicker arrow and the words beside it, a dashed arrow is control that goes back to Z without a message.
 */
#ifndef REPORT_CHART_DOT_H
#define REPORT_CHART_DOT_H

#include "report/chart.h"

enum { REP_ROW_POINTS = 29 };

/* A page is a run of lines; a line is a row or the bar of a fold. rows = 0: everything on one page. */
unsigned rep_chart_pages(const RepChart *chart, unsigned rows);
unsigned rep_chart_lines(const RepChart *chart);
/* Page `page` from 1. The caller frees. */
char *rep_chart_dot(const RepChart *chart, unsigned rows, unsigned page);

#endif
