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

#endif
