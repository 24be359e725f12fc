/* Plots by gnuplot, started directly, with fixed terminal settings so that the same input gives the same bytes.
 *
 * Every series differs by colour and by pattern, line style or mark, so that the plots can be read in grey.
 */
#ifndef REPORT_PLOT_H
#define REPORT_PLOT_H

#include "report/ownership.h"
#include "report/tool.h"

/* "svg", "png" or "pdf" by the file's extension, or NULL. */
const char *rep_plot_terminal(const char *path);
/* Draws a script made below. */
GBytes *rep_plot_draw(const char *script, const char *terminal, GError **error);

/* Scripts for gnuplot, without the terminal; the caller frees. */

/* Event number on x, number of the part on y, one panel per asset (two for a large one). The interface has a ledger. */
char *rep_plot_ownership(const RepOwnership *o, const char *title);

/* One series of points (x, y). */
typedef struct {
    char *name;
    GArray *x, *y; /* double */
} RepSeries;
RepSeries *rep_series_new(const char *name);
/* What gnuplot can show, with axes around it: no infinity, nothing near the end of floating numbers. */
#define REP_NUMBER_MAX 1e300
/* False and an error that names the field. */
bool rep_number_fits(const char *field, double value, GError **error);
void rep_series_add(RepSeries *series, double x, double y);
void rep_series_free(RepSeries *series);

/* series: RepSeries, in order, as lines with marks. */
char *rep_plot_series(const GPtrArray *series, const char *title, const char *x, const char *y);
/* The same as bars; names stand at x = 0, 1, ... */
char *rep_plot_bars(const GPtrArray *series, const GPtrArray *names, const char *title, const char *y);

#endif
