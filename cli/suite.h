/* A suite: many scenarios or schedules, judged one by one, several at a time, with one summary and one exit code. Shared by
 * check and replay.
 */
#ifndef CLI_SUITE_H
#define CLI_SUITE_H

#include "cli/cli.h"
#include "report/result.h"

enum { CLI_JOBS_MAX = 64 };

/* Calls `run` with every row, `jobs` at a time, in threads; a terminal sees how many `what` ("scenario") are done. */
void cli_suite_run(GPtrArray *row, void (*run)(void *row), const char *what, int jobs, bool quiet);
void cli_suite_count(RepSummary *summary, int code);
/* The worst: an internal error, an error, another verdict, a limit. */
int cli_suite_code(const RepSummary *summary);
/* The last line for people: how many, and how they came out. */
void cli_suite_print_summary(const RepSummary *summary, const char *what);
/* The first word of a row's line: "ok", "FAILED" or "error", in colour. */
void cli_suite_print_mark(int code, bool error, bool color);
/* Can traces of so many rows be written there? Into a folder, or one into a file; NULL: none are wanted. */
bool cli_suite_traces_fit(const char *to, guint rows);
/* Of row number i (from 0), named `file`; in a folder 001-NAME.jsonl and so on. `trace` may be NULL: nothing is written. */
bool cli_suite_write_trace(const char *to, guint i, const char *file, const GString *trace, GError **error);
/* 1 to CLI_JOBS_MAX: CLI_OK; else an error on stderr and CLI_USAGE. */
int cli_check_jobs(int jobs);

#endif
