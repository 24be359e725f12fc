/* A trace for people: a divergence in two aligned columns, or everything one world did.
 *
 * Real world left, ideal world right; what differs is marked with a star (and in colour where asked for). Long byte
 * strings are shortened the same way on both sides, and where they differ the place is shown. The width is fixed, so the same trace
 * gives the same bytes everywhere.
 */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "simulator/trace/trace.h"

enum { REP_TEXT_CELL = 58 }; /* characters in a column */

typedef struct {
    bool color;
    unsigned before; /* equal view entries shown before the first difference; 0: REP_TEXT_BEFORE */
} RepTextOptions;
enum { REP_TEXT_BEFORE = 5 };

/* Free with g_free(). For an indistinguishable run: one line that says so. */
char *rep_text_divergence(const UcTrace *trace, const RepTextOptions *options);
/* Every activation of one world, one line each and more where there is more to say. */
char *rep_text_run(const UcTrace *trace, UcTraceWorld world, const RepTextOptions *options);

/* What is shown of a value: at most `room` characters, bytes and long texts shortened with their length. `differs`:
 * the character at which another value starts to differ, or -1. Appends to out. */
void rep_text_value(GString *out, const char *text, size_t room, long differs);

#endif
