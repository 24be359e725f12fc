#include "simulator/file.h"

#include <errno.h>
#include <stdio.h>

static bool refuse(const char *path, int number, GError **error)
{
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(number), "%s: %s", path, g_strerror(number));
    return false;
}

bool uc_file_read(const char *path, size_t limit, char **text, size_t *length, GError **error)
{
    enum { FIRST = 1 << 16 };
    g_assert(path && text && limit < G_MAXSSIZE);
    g_autofree char *bytes = NULL;
    size_t used = 0, room = 0;
    FILE *file = fopen(path, "rb");
    if (!file)
        return refuse(path, errno, error);
    while (used <= limit && !feof(file) && !ferror(file)) {
        if (used == room) {
            room = MIN(MAX(2 * room, (size_t)FIRST), limit + 1);
            bytes = g_realloc(bytes, room + 1);
        }
        used += fread(bytes + used, 1, room - used, file);
    }
    int failed = ferror(file) ? errno : 0;
    fclose(file);
    if (failed)
        return refuse(path, failed, error);
    if (used > limit) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: expected at most %" G_GSIZE_FORMAT " bytes, got a longer one",
                    path, limit);
        return false;
    }
    bytes[used] = 0;
    *text = g_steal_pointer(&bytes);
    if (length)
        *length = used;
    return true;
}
