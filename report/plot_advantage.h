/* The figure of measured advantage: estimates with error bars and Pr[bad] beside the bound's curve, over the parameter
 * that was swept, on a log scale. An interval that reaches 0 has its estimate (or, where that is 0 too, its upper end)
 * drawn with a bar down to the edge of the figure.
 */
#ifndef REPORT_PLOT_ADVANTAGE_H
#define REPORT_PLOT_ADVANTAGE_H

#include <glib.h>

/* A script for gnuplot without the terminal, from the JSON of `ucsim advantage --json`; `title` may be NULL (the
 * scenario's). NULL and an error when it is not such a file or holds no points. Free with g_free. */
char *rep_plot_advantage(const char *json, const char *title, GError **error);

#endif
