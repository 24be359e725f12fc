/* What a command reads and what it writes, as one table. It is checked before anything is done: no output may take the place
 * of another output or of an input, or become an input of the next run; and what is found out in hours must not be lost for
 * the name of a file.
 *
 * Files are the same by device and inode, and those that are not there yet by their path without links. Devices, pipes and "-"
 * (standard output) take any number of outputs. What a run reads beyond the command line (libraries of scripts) is known only
 * later: cli_write_file() refuses that.
 */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include "cli/cli.h"

typedef struct {
    const char *what;                /* the option, "--trace"; NULL: an argument */
    const char *path;                /* NULL: not given */
    bool writes;                     /* else it reads */
    bool keeps;                      /* writes: a folder, made if need be, in which nothing else may be written, nor read */
    bool (*takes)(const char *path); /* of a folder that is read: would it read this file there? */
    const char *renews;              /* writes: the option whose file it may replace */
} CliFile;

/* CLI_OK, or an error that names the options on stderr and CLI_USAGE. */
int cli_check_files(const char *command, const CliFile *file, size_t files);

#endif
