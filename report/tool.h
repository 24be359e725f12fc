/* Programs that draw (Graphviz, gnuplot): started directly, never through a shell, fed on stdin, read from stdout. */
#ifndef REPORT_TOOL_H
#define REPORT_TOOL_H

#include <glib.h>

#define REP_ERROR (rep_error_quark())
GQuark rep_error_quark(void);
typedef enum {
    REP_ERROR_MISSING, /* the program is not installed */
    REP_ERROR_FAILED,  /* it ended with an error */
    REP_ERROR_INPUT,   /* what it is to draw cannot be drawn */
} RepError;

/* Runs argv with `input` on stdin; its whole stdout, or NULL and an error that says what to install. */
GBytes *rep_tool_run(const char *const *argv, const char *package, const char *input, GError **error);

/* Cairo writes the time into its PDFs; the same picture must give the same bytes. Takes `pdf` over; the date keeps its
 * length, so no offset moves. */
GBytes *rep_pdf_undated(GBytes *pdf);

#endif
