/* The command line: one row per subcommand, one small file each.
 *
 * Exit codes: 0 as expected; 1 a verdict other than expected; 2 usage or scenario error; 3 limit; 4 internal error;
 * 77 skipped. Results on stdout, diagnostics on stderr.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <glib.h>
#include <stdbool.h>

enum { CLI_OK = 0, CLI_UNEXPECTED = 1, CLI_USAGE = 2, CLI_LIMIT = 3, CLI_INTERNAL = 4, CLI_SKIPPED = 77 };

typedef struct {
    const char *name;
    const char *summary;                  /* one line */
    int (*run)(int argc, char **argv);    /* argv[0] is the subcommand */
} CliCommand;

extern const CliCommand cli_commands[];   /* ended by a NULL name */

/* Parses options by GOption with the house's habits: numbers decimal only, errors on stderr, exit code 2, --help on stdout. Returns true to
 * go on; else *code is the exit code. `usage` is what follows the subcommand's name; `text` says more below it. */
bool cli_parse(const char *command, const char *usage, const char *text, const GOptionEntry *entries, int *argc,
               char ***argv, int *code);
/* "ucsim: MESSAGE" on stderr; returns the code. */
int cli_fail(int code, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Colour only on a terminal, without NO_COLOR, or as --color=always|never|auto says. */
bool cli_color(const char *when);
/* CLI_OK, or an error on stderr and CLI_USAGE when that is none of the three; NULL is auto. */
int cli_check_color(const char *when);
/* -?[0-9]+ and nothing else; too large a number becomes the largest. */
bool cli_whole(const char *text, gint64 *out);
/* The same, with a dot and digits behind it if need be. */
bool cli_decimal(const char *text, double *out);
/* Where an output ends up: absolute and without links, also those that lead to what is not there yet. NULL: they lead round
 * (errno is ELOOP). Free with g_free(). */
char *cli_target(const char *path);
/* A descriptor to write to a device or pipe, or -1 and errno. ENXIO is a FIFO that no one opens for reading within a second: whoever
 * was started beside this program gets there by then, and nobody else is waited for. */
int cli_open_device(const char *path);
/* The words for what keeps an output from being written. */
const char *cli_why_unwritable(int number);
/* Writes a whole file or nothing (temporary file, then rename); a device or pipe is written to as it stands, and "-" is
 * standard output. A link is kept, what it leads to is written. Refuses what this program has read, whatever it is called: an output that is also an input is a slip
 * (files.h finds most of them before anything is done). */
bool cli_write_file(const char *path, const void *bytes, size_t length, GError **error);

#endif
