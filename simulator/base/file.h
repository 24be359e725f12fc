/* Whole files: the one place where the program reads what a path names, which may be a folder, a pipe that nobody writes
 * to, or a device that never ends. */
#ifndef SIMULATOR_BASE_FILE_H
#define SIMULATOR_BASE_FILE_H

#include <glib.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/stat.h>

/* Traces, ledgers and lists, which machines write. */
#define UC_FILE_MAX ((size_t)2 << 30)
/* Schedules, summaries and tables: what a search or a person wrote. */
#define UC_FILE_SMALL ((size_t)64 << 20)

/* What some editors put in front of a text in UTF-8; readers of text step over it (uc_file_text()). */
#define UC_BYTE_ORDER_MARK "\xef\xbb\xbf"

/* A descriptor to read from (close() it), or -1 and an error that names the file. Regular files, and pipes: `<(command)`
 * and /dev/stdin are pipes. A FIFO that no one has open for writing is refused, and so is all else. */
int uc_file_open(const char *path, GError **error);
/* Was this regular file, under whatever name, opened here before? Thread safe. */
bool uc_file_was_read(const struct stat *file);
/* From now on it was not: it is to be replaced by what follows from it. */
void uc_file_forget(const char *path);

/* Locks a file, made if need be, until the descriptor is closed: the descriptor, or -1 and errno, EWOULDBLOCK if another process
 * has it. `folder` as for openat(). Who has it may remove the file. */
int uc_file_lock(int folder, const char *name);

/* Texts are read under the last part of their path, so that what is recorded depends on no folder; whoever asked for a file is
 * told all of it: "cut.jsonl:1: ..." becomes "two/cut.jsonl:1: ...". */
void uc_file_name_whole(GError *error, const char *path);
/* "FILE:LINE: " and the text, which readers of files end with; an error that is there already is kept. */
void uc_file_wrong(GError **error, GQuark domain, int code, const char *file, unsigned line, const char *format, va_list args)
    G_GNUC_PRINTF(6, 0);

/* All of it, with a 0 behind it (g_free). False and an error that names the file: it cannot be read, or is longer than
 * `limit` bytes (G_FILE_ERROR_FAILED). `length` may be NULL. */
bool uc_file_read(const char *path, size_t limit, char **text, size_t *length, GError **error);
/* The same of a text: without a byte order mark. */
bool uc_file_text(const char *path, size_t limit, char **text, size_t *length, GError **error);
/* The same where the limit depends on what it is, which its first bytes (64 KiB, or all) tell. `limit_of` sees a byte order
 * mark. */
bool uc_file_text_by(const char *path, size_t (*limit_of)(const char *head, size_t length), char **text, size_t *length,
                     GError **error);

#endif
