/* The file around a breadth-first search that was stopped (bfs_resume.c). */
#include <string.h>

#include "simulator/explore/search.h"

static char *head_about(const char *about)
{
    g_assert(about && !strchr(about, '\n'));
    return g_strdup_printf(UC_CHECKPOINT_HEAD "%d %s\n", UC_CHECKPOINT_VERSION, about);
}

GByteArray *uc_checkpoint_pack(const char *about, const GByteArray *search)
{
    g_autofree char *head = head_about(about);
    GByteArray *file = g_byte_array_new();
    g_byte_array_append(file, (const guint8 *)head, (guint)strlen(head));
    g_byte_array_append(file, search->data, search->len);
    UcDigest sum = uc_digest(file->data, file->len);
    return g_byte_array_append(file, (const guint8 *)&sum, sizeof sum);
}

/* Of a file that is not of this search: another version of the same, or something else. */
static UcCheckpointFile other_file(const char *text, size_t length, uint64_t *version)
{
    enum { HEAD = sizeof UC_CHECKPOINT_HEAD - 1, DIGITS = 20 };
    if (length < HEAD || memcmp(text, UC_CHECKPOINT_HEAD, HEAD))
        return UC_CHECKPOINT_OTHER;
    g_autofree char *digits = g_strndup(text + HEAD, MIN(length - HEAD, (size_t)DIGITS));
    *version = g_ascii_strtoull(digits, NULL, 10);
    return *version == UC_CHECKPOINT_VERSION ? UC_CHECKPOINT_OTHER : UC_CHECKPOINT_OTHER_VERSION;
}

UcCheckpointFile uc_checkpoint_unpack(const char *about, const void *file, size_t length, GByteArray **out, uint64_t *version)
{
    g_assert(file && out && version);
    g_autofree char *head = head_about(about);
    size_t n = strlen(head);
    const guint8 *bytes = file;
    UcDigest sum;
    const bool of_this = length > sizeof UC_CHECKPOINT_HEAD && !memcmp(bytes, head, MIN(n, length));
    if (!of_this)
        return other_file(file, length, version);
    if (length < n + sizeof sum || length - n > UINT32_MAX)
        return UC_CHECKPOINT_DAMAGED;
    sum = uc_digest(bytes, length - sizeof sum);
    if (memcmp(bytes + length - sizeof sum, &sum, sizeof sum))
        return UC_CHECKPOINT_DAMAGED;
    *out = g_byte_array_append(g_byte_array_new(), bytes + n, (guint)(length - n - sizeof sum));
    return UC_CHECKPOINT_OK;
}

char *uc_checkpoint_about(const void *file, size_t length)
{
    g_assert(file);
    g_autofree char *head = head_about("");
    const size_t n = strlen(head) - 1; /* without the end of the line */
    const char *end = length > n && !memcmp(file, head, n) ? memchr((const char *)file + n, '\n', length - n) : NULL;
    return end ? g_strndup((const char *)file + n, (size_t)(end - (const char *)file) - n) : NULL;
}
