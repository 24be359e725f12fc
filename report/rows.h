/* Rows of numbers out of result files, for plots: JSON or JSON Lines of any shape, and plain tables.
 *
 * A row is any object, however deep in the file, that has both fields; a field may be a path, "options.reservation".
 * Numbers in strings count. Rows come in the order of the file. Errors name the file.
 */
#ifndef REPORT_ROWS_H
#define REPORT_ROWS_H

#include "report/plot.h"

typedef const UcInterface *(*RepInterfaceOf)(const UcTrace *trace);

/* Series of points (x, y), one for each value of `by` (NULL: one series, named y). NULL and an error when nothing has
 * both fields. Free with g_ptr_array_unref(). */
GPtrArray *rep_rows_json(const char *const *path, const char *x, const char *y, const char *by, GError **error);

/* The same out of traces, one point each: x and by are options of the header or values in the title of a sweep's
 * instance, "(loss=3)"; y counts parts of assets (simulator/triple/ledger.h) of the real world at the end: "lost" (also what is in
 * transit for ever), "used", "held". Points of a series come in the order of x. `interface_of`: NULL where it is not known.
 * `parts`: what was counted, in the words of the first trace's ledger. */
GPtrArray *rep_rows_traces(const char *const *path, const char *x, const char *y, const char *by, RepInterfaceOf interface_of,
                           const char **parts, GError **error);

/* Lines "NAME FOUND SHRUNK": counterexamples as they were found and after shrinking. Series "found" and "shrunk" and
 * the names, in order; blank lines and lines from # on are skipped. */
GPtrArray *rep_rows_lengths(const char *path, GPtrArray **names, GError **error);

#endif
