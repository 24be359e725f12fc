/* Whole files, with a limit: a path may name a device or a pipe that never ends. */
#ifndef SIMULATOR_FILE_H
#define SIMULATOR_FILE_H

#include <glib.h>
#include <stdbool.h>

/* For files that have no limit of their own. */
#define UC_FILE_MAX ((size_t)2 << 30)

/* All of it, with a 0 behind it (g_free). False and an error that names the file: it cannot be read, or is longer than
 * `limit` bytes (G_FILE_ERROR_FAILED). `length` may be NULL. */
bool uc_file_read(const char *path, size_t limit, char **text, size_t *length, GError **error);

#endif
