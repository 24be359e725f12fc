/* A page of a chart as Graphviz text, every node pinned: to be drawn by `neato -n2`.
 *
 * Coordinates are points. The text depends on the chart, its style and the page alone: same trace, same bytes.
 */
#ifndef REPORT_CHART_DOT_H
#define REPORT_CHART_DOT_H

#include "report/chart_scene.h"

/* The caller frees. */
char *rep_chart_dot(const RepLayout *layout, const RepScene *scene);

#endif
