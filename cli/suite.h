/* A suite: many scenarios or schedules, judged one by one, several at a time, with one summary and one exit code. Shared by
 * check and replay.
 */
#ifndef CLI_SUITE_H
#define CLI_SUITE_H

#include "cli/cli.h"
#include "report/junit.h"

enum { CLI_JOBS_MAX = 64 };

/* One scenario or schedule: the first member of what a subcommand knows of it. Texts are owned; NULL: there is nothing to say. */
typedef struct {
    char *file; /* as given, or as found below a folder that was */
    char *title, *verdict, *expect, *rule, *world, *why, *error, *details, *reproduce; /* RepResult */
    int64_t entry;
    int code;   /* CLI_OK: as expected */
    GString *trace;
} CliRow;

void cli_row_clear(CliRow *row);
/* It came to no verdict. A message that names the file by the last part of its path only gets all of it: there may be others
 * of that name. */
void cli_row_fail(CliRow *row, int code, const char *message);
/* Borrows from the row. */
RepResult cli_row_result(const CliRow *row);

/* Calls `run` with every row, `jobs` at a time, in threads; a terminal sees how many `what` ("scenario") are done. */
void cli_suite_run(GPtrArray *row, void (*run)(void *row), const char *what, int jobs, bool quiet);
/* Counts all rows. */
RepSummary cli_suite_count(const GPtrArray *row);
/* The worst: an internal error, an error, another verdict, a limit. */
int cli_suite_code(const RepSummary *summary);
/* The last line for people: how many, and how they came out. */
void cli_suite_print_summary(const RepSummary *summary, const char *what);
/* The first word of a row's line: "ok", "FAILED" or "error", in colour. */
void cli_suite_print_mark(const CliRow *row, bool color);

/* What a suite writes: names, NULL where nothing is wanted. Traces go into a folder that is there, as 001-NAME.jsonl and so on,
 * or that of the only row into a file. */
typedef struct {
    char *junit, *trace;
} CliSuiteFiles;

/* Can they be written, and nothing else be overwritten? `path`: what was given, ended by NULL; `takes`: as in files.h. */
int cli_suite_check_files(const char *command, const CliSuiteFiles *to, const char *const *path,
                          bool (*takes)(const char *path), const GPtrArray *row);
/* `result` of as many rows; `run` may be NULL (junit.h). A row without a trace writes none. */
bool cli_suite_write_files(const char *command, const CliSuiteFiles *to, const GPtrArray *row, const RepResult *result,
                           const RepJunitRun *run, GError **error);
/* 1 to CLI_JOBS_MAX: CLI_OK; else an error on stderr and CLI_USAGE. */
int cli_check_jobs(int jobs);

#endif
