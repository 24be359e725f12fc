#include "simulator/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Device and inode of what was read: names say nothing, there are links. A table: an audit reads a million files. */
enum { HEAD = 1 << 16 }; /* bytes that tell what a file is */

typedef struct {
    dev_t device;
    ino_t inode;
} Identity;

static GHashTable *opened;
G_LOCK_DEFINE_STATIC(opened);

static guint hash_of(gconstpointer key)
{
    const Identity *id = key;
    const guint64 both = (guint64)id->inode ^ (guint64)id->device << 32;
    return g_int64_hash(&both);
}

static gboolean same(gconstpointer a, gconstpointer b)
{
    const Identity *x = a, *y = b;
    return x->device == y->device && x->inode == y->inode;
}

static void remember(int fd)
{
    struct stat s;
    if (fstat(fd, &s) || !S_ISREG(s.st_mode))
        return;
    Identity id = { s.st_dev, s.st_ino };
    G_LOCK(opened);
    if (!opened)
        opened = g_hash_table_new_full(hash_of, same, g_free, NULL);
    g_hash_table_add(opened, g_memdup2(&id, sizeof id));
    G_UNLOCK(opened);
}

bool uc_file_was_read(const struct stat *file)
{
    g_assert(file);
    const Identity id = { file->st_dev, file->st_ino };
    G_LOCK(opened);
    bool was = opened && g_hash_table_contains(opened, &id);
    G_UNLOCK(opened);
    return was;
}

void uc_file_forget(const char *path)
{
    g_assert(path);
    struct stat s;
    G_LOCK(opened);
    if (opened && !stat(path, &s))
        g_hash_table_remove(opened, &(Identity){ s.st_dev, s.st_ino });
    G_UNLOCK(opened);
}

static int refuse(const char *path, int number, GError **error)
{
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(number), "%s: %s", path, g_strerror(number));
    return -1;
}

void uc_file_name_whole(GError *error, const char *path)
{
    g_assert(error && path);
    g_autofree char *base = g_path_get_basename(path), *message = error->message;
    const size_t n = strlen(base);
    const bool named = !strncmp(message, base, n) && message[n] == ':';
    error->message = g_strconcat(named ? path : "", message + (named ? n : 0), NULL);
}

void uc_file_wrong(GError **error, GQuark domain, int code, const char *file, unsigned line, const char *format, va_list args)
{
    if (!error || *error)
        return;
    g_autofree char *text = g_strdup_vprintf(format, args);
    g_set_error(error, domain, code, "%s:%u: %s", file, line, text);
}

/* Opened without waiting, a FIFO that nobody writes to is at its end at once. Copying a byte takes none out. */
static bool has_writer(int fd)
{
    int copy[2];
    if (pipe2(copy, O_CLOEXEC))
        return false;
    ssize_t got = tee(fd, copy[1], 1, SPLICE_F_NONBLOCK);
    bool waits = got < 0 && errno == EAGAIN;
    close(copy[0]);
    close(copy[1]);
    return got > 0 || waits;
}

/* Why nothing is read from it, or NULL. */
static const char *unfit(int fd)
{
    struct stat s;
    if (fstat(fd, &s))
        return g_strerror(errno);
    if (S_ISREG(s.st_mode) || (S_ISCHR(s.st_mode) && s.st_rdev == makedev(1, 3))) /* /dev/null: an empty file */
        return NULL;
    if (S_ISFIFO(s.st_mode))
        return has_writer(fd) ? NULL : "expected a file, got a pipe with nothing in it that nobody writes to";
    return S_ISDIR(s.st_mode) ? g_strerror(EISDIR) : "expected a file or a pipe, got a device or a socket";
}

int uc_file_open(const char *path, GError **error)
{
    g_assert(path);
    if (!*path) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "expected the name of a file, got an empty one");
        return -1;
    }
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return refuse(path, errno, error);
    const char *why = unfit(fd);
    if (!why && fcntl(fd, F_SETFL, 0)) /* whoever writes to a pipe may take time */
        why = g_strerror(errno);
    if (!why) {
        remember(fd);
        return fd;
    }
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, why);
    close(fd);
    return -1;
}

int uc_file_lock(int folder, const char *name)
{
    g_assert(name);
    struct stat own, there;
    for (;;) {
        int fd = openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
            return -1;
        if (flock(fd, LOCK_EX | LOCK_NB)) {
            int number = errno;
            close(fd);
            errno = number;
            return -1;
        }
        if (!fstat(fd, &own) && !fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) && own.st_dev == there.st_dev &&
            own.st_ino == there.st_ino)
            return fd;
        close(fd); /* whoever had it has removed it since it was opened here */
    }
}

/* A limit that is known, or a way to tell it from the first bytes. */
typedef struct {
    size_t bytes;
    size_t (*of)(const char *head, size_t length);
} Limit;

/* More of it into what `bytes` points to, until `*used` is more than `limit` or the file ends; false: errno. */
static bool read_more(int fd, size_t limit, char **bytes, size_t *used, size_t *room)
{
    ssize_t got = 1;
    while (*used <= limit && got > 0) {
        if (*used == *room) {
            *room = MIN(MAX(2 * *room, (size_t)HEAD), limit + 1);
            *bytes = g_realloc(*bytes, *room + 1);
        }
        do {
            got = read(fd, *bytes + *used, *room - *used);
        } while (got < 0 && errno == EINTR);
        *used += got > 0 ? (size_t)got : 0;
    }
    return got >= 0;
}

/* A file that says that it is too long is not read. */
static bool says_too_long(int fd, size_t limit)
{
    struct stat s;
    return !fstat(fd, &s) && S_ISREG(s.st_mode) && (guint64)s.st_size > limit;
}

/* Bytes read, at most one more than the limit; -1: errno. */
static ssize_t read_all(int fd, Limit *limit, char **bytes)
{
    size_t used = 0, room = 0;
    bool ok = true;
    *bytes = g_malloc(1);
    if (limit->of) {
        ok = read_more(fd, HEAD - 1, bytes, &used, &room);
        (*bytes)[used] = 0;
        limit->bytes = limit->of(*bytes, used);
    }
    if (ok && says_too_long(fd, limit->bytes))
        return (ssize_t)limit->bytes + 1;
    ok = ok && read_more(fd, limit->bytes, bytes, &used, &room);
    (*bytes)[used] = 0;
    return ok ? (ssize_t)used : -1;
}

static bool read_file(const char *path, Limit limit, char **text, size_t *length, GError **error)
{
    g_autofree char *bytes = NULL;
    int fd = uc_file_open(path, error);
    if (fd < 0)
        return false;
    ssize_t used = read_all(fd, &limit, &bytes);
    int failed = errno;
    close(fd);
    if (used < 0)
        return refuse(path, failed, error) >= 0;
    if ((size_t)used > limit.bytes) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: expected at most %" G_GSIZE_FORMAT " bytes, got a longer one",
                    path, limit.bytes);
        return false;
    }
    *text = g_steal_pointer(&bytes);
    *length = (size_t)used;
    return true;
}

bool uc_file_read(const char *path, size_t limit, char **text, size_t *length, GError **error)
{
    size_t unused;
    g_assert(path && text && limit < G_MAXSSIZE);
    return read_file(path, (Limit){ limit, NULL }, text, length ? length : &unused, error);
}

static bool without_mark(char *text, size_t size, size_t *length)
{
    const size_t mark = strlen(UC_BYTE_ORDER_MARK);
    if (g_str_has_prefix(text, UC_BYTE_ORDER_MARK)) {
        size -= mark;
        memmove(text, text + mark, size + 1);
    }
    if (length)
        *length = size;
    return true;
}

bool uc_file_text(const char *path, size_t limit, char **text, size_t *length, GError **error)
{
    size_t size;
    return uc_file_read(path, limit, text, &size, error) && without_mark(*text, size, length);
}

bool uc_file_text_by(const char *path, size_t (*limit_of)(const char *head, size_t length), char **text, size_t *length,
                     GError **error)
{
    size_t size;
    g_assert(path && limit_of && text);
    return read_file(path, (Limit){ 0, limit_of }, text, &size, error) && without_mark(*text, size, length);
}
