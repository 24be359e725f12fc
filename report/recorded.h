/* What a trace recorded, against what its moves make when they are run again.
 *
 * The parties, S and F are compared, activation by activation: what they read, and what they made of it. Z and A are not: a
 * replay has other ones (docs/trace-format.md). `whole`: all moves were made and the recorded run came to its end by itself;
 * else one of the two may have stopped earlier.
 */
#ifndef REPORT_RECORDED_H
#define REPORT_RECORDED_H

#include "simulator/trace/trace.h"

/* The first difference, one line; NULL: there is none. Free with g_free(). */
char *rep_recorded_difference(const UcTrace *recorded, const UcTrace *replayed, bool whole);

#endif
