/* Tables and logs that others wrote: records of comma-separated fields (RFC 4180), and times. */
#ifndef SIMULATOR_BASE_CSV_H
#define SIMULATOR_BASE_CSV_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* The fields of the record at *at, which moves on, and *line with it (free with g_ptr_array_unref()); an empty line is one empty
 * field. NULL: a quote is not closed; *line is then where the record begins. Not at the end of the text. */
GPtrArray *uc_csv_record(const char **at, unsigned *line);
bool uc_csv_empty(const GPtrArray *record);

/* Milliseconds since 1970: a number, or ISO 8601 (UTC unless it says otherwise). */
bool uc_csv_time(const char *text, int64_t *time);
#define UC_CSV_TIME "milliseconds or ISO 8601 (2026-01-31T12:00:00Z)"

#endif
