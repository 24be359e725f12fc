/* Shared by the subcommands that run scenarios and schedules: errors to exit codes, which files a path stands for, where the
 * built-in scenarios lie.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/cli.h"
#include "environments/runs/run.h"
#include "environments/worlds/replay.h"

/* What comes before the subcommand in a command to be copied: "ucsim", and the triples that were loaded (main.c), quoted. */
const char *cli_program(void);
/* Loads the triple of a shared object, before anything else; commands to be copied name it. CLI_OK, or an error on stderr and its code. */
int cli_load_triple(const char *path);
/* The words with which a process of its own loads them too: NULL-terminated, to be freed with g_strfreev(). */
char **cli_triple_words(void);

/* CLI_LIMIT when it was a limit, else CLI_USAGE. */
int cli_code_of(const GError *error);
/* Prints the error on stderr, frees it, returns the code. */
int cli_fail_error(GError *error);
int cli_code_of_verdict(UcVerdict verdict, bool as_expected);

/* The folder of the built-in scenarios: environments/scenarios here, else the installed one. */
const char *cli_scenario_folder(void);
/* Every *.lua in a folder and below, sorted, without libraries (folders named lib), without what begins with a dot and what is
 * behind a link to a folder; or the file itself. False and an error when there is none. */
bool cli_scenario_files(const char *path, GPtrArray *files, GError **error);
/* The same for schedules and traces: of a folder those that are named *.schedule, *.jsonl or *.trace or begin like one. */
bool cli_schedule_files(const char *path, GPtrArray *files, GError **error);
/* Would the two functions above take it from a folder? */
bool cli_is_scenario(const char *path);
bool cli_is_schedule(const char *path);
/* "A-Za-z0-9..." as it is, anything else in single quotes: for commands to be copied. Free with g_free(). */
char *cli_quote(const char *word);

#endif
