/* Between chart.c and chart_rows.c only. */
#ifndef REPORT_CHART_INTERNAL_H
#define REPORT_CHART_INTERNAL_H

#include "report/chart.h"

/* Gives every event its row and sorts by row, real first. */
void rep_chart_align(RepChart *chart);
/* Marks the first difference: entry `entry` of Z's view, or where the worlds named stopped (REP_NO_ENTRY). */
void rep_chart_mark_difference(RepChart *chart, int64_t entry, bool real, bool ideal);
/* Drops the events of a world, and the rows that they leave empty. */
void rep_chart_hide(RepChart *chart, RepWorld world);
void rep_chart_make_folds(RepChart *chart, unsigned context);
/* Folds what lies before and after the events `first` to `last` of the world drawn left. */
void rep_chart_choose(RepChart *chart, uint64_t first, uint64_t last);

#endif
