#include "simulator/filestore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simulator/internal.h"
#include "simulator/record.h"

enum { PARTY_SHIFT = 48, RECORD_MAX = 1 << 28 };
#define MARKER "store"
#define MARKER_HEAD "ucsim store 1\n"
#define NAME_SIZE 32

struct UcFileStore {
    char *folder;
    int fd, lock;
    char *setup;     /* the marker's second line: SHA-256 of the set-up, hex */
    unsigned parties;
    bool fresh;      /* no record yet: they are made when the world is attached */
    bool used;
    uint64_t *count; /* of persists, per party */
    char *why;       /* of the last persist that failed */
    void (*probe)(void *data, UcFileStep step);
    void *probe_data;
};

static bool fail(GError **error, int number, const char *folder, const char *what)
{
    g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(number), "--store %s: %s: %s", folder, what,
                g_strerror(number));
    return false;
}

static bool refuse(GError **error, const char *folder, const char *name, const char *why)
{
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "--store %s: %s%s%s", folder, name, *name ? ": " : "", why);
    return false;
}

static void at_step(UcFileStore *f, UcFileStep step)
{
    if (f->probe)
        f->probe(f->probe_data, step);
}

/* ---- one file ---- */

static bool put_all(int fd, const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        bytes += n;
        length -= (size_t)n;
    }
    return true;
}

static bool put_temporary(UcFileStore *f, const char *temporary, const uint8_t *bytes, size_t length)
{
    int fd = openat(f->fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return false;
    bool good = put_all(fd, bytes, length / 2);
    at_step(f, UC_FILE_HALF);
    good = good && put_all(fd, bytes + length / 2, length - length / 2);
    at_step(f, UC_FILE_WRITTEN);
    good = good && !fsync(fd);
    int number = errno;
    if (close(fd) && good)
        return false;
    errno = number;
    return good;
}

/* All or nothing, and durable when it returns true. */
static bool replace(UcFileStore *f, const char *name, const char *temporary, const uint8_t *bytes, size_t length)
{
    at_step(f, UC_FILE_BEFORE);
    if (!put_temporary(f, temporary, bytes, length))
        return false;
    at_step(f, UC_FILE_SYNCED);
    if (renameat(f->fd, temporary, f->fd, name))
        return false;
    at_step(f, UC_FILE_RENAMED);
    if (fsync(f->fd))
        return false;
    at_step(f, UC_FILE_KEPT);
    return true;
}

/* NULL and errno when it cannot be read. */
static GByteArray *get_all(UcFileStore *f, const char *name)
{
    struct stat s;
    int fd = openat(f->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &s) || !S_ISREG(s.st_mode) || s.st_size > RECORD_MAX) {
        close(fd);
        errno = EINVAL;
        return NULL;
    }
    GByteArray *bytes = g_byte_array_new();
    uint8_t part[4096];
    ssize_t n;
    while ((n = read(fd, part, sizeof part)) > 0)
        g_byte_array_append(bytes, part, (guint)n);
    close(fd);
    if (n == 0)
        return bytes;
    g_byte_array_unref(bytes);
    return NULL;
}

/* ---- the folder ---- */

static bool put_marker(UcFileStore *f, bool fresh, GError **error)
{
    g_autofree char *text = g_strdup_printf(MARKER_HEAD "%s\n%s\n", f->setup, fresh ? "new" : "ready");
    return replace(f, MARKER, MARKER ".tmp", (const uint8_t *)text, strlen(text)) ||
           fail(error, errno, f->folder, "cannot be written");
}

/* Nothing in it but what a start that was killed before the marker leaves behind. */
static bool is_empty(const char *folder, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    if (!dir)
        return false;
    for (const char *name; (name = g_dir_read_name(dir));) {
        if (strcmp(name, "lock") && strcmp(name, MARKER ".tmp"))
            return refuse(error, folder, "", "not empty and not a store of this program");
    }
    return true;
}

static bool read_marker(UcFileStore *f, GError **error)
{
    g_autoptr(GByteArray) bytes = get_all(f, MARKER);
    if (!bytes && errno == ENOENT) {
        f->fresh = true;
        return is_empty(f->folder, error);
    }
    if (!bytes)
        return fail(error, errno, f->folder, MARKER " cannot be read");
    g_autofree char *text = g_strndup((const char *)bytes->data, bytes->len);
    g_auto(GStrv) line = g_strsplit(text, "\n", 4);
    if (!g_str_has_prefix(text, MARKER_HEAD) || g_strv_length(line) != 4 || *line[3])
        return refuse(error, f->folder, MARKER, "not of this program or of another version");
    if (strcmp(line[1], f->setup))
        return refuse(error, f->folder, MARKER, "of another set-up (parties, scheme, seed or other options)");
    f->fresh = !strcmp(line[2], "new");
    return f->fresh || !strcmp(line[2], "ready") || refuse(error, f->folder, MARKER, "malformed");
}

static bool take_lock(UcFileStore *f, GError **error)
{
    f->lock = openat(f->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (f->lock < 0)
        return fail(error, errno, f->folder, "cannot be written");
    if (!flock(f->lock, LOCK_EX | LOCK_NB))
        return true;
    return errno == EWOULDBLOCK ? refuse(error, f->folder, "", "locked: another process works on it")
                                : fail(error, errno, f->folder, "cannot be locked");
}

/* A foreign folder gets no lock file either. */
static bool is_ours_or_empty(UcFileStore *f, GError **error)
{
    struct stat s;
    return !fstatat(f->fd, MARKER, &s, AT_SYMLINK_NOFOLLOW) || is_empty(f->folder, error);
}

static bool open_folder(UcFileStore *f, GError **error)
{
    if (mkdir(f->folder, 0700) && errno != EEXIST)
        return fail(error, errno, f->folder, "cannot be made");
    f->fd = open(f->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f->fd < 0)
        return fail(error, errno, f->folder, "cannot be opened");
    return is_ours_or_empty(f, error) && take_lock(f, error) && read_marker(f, error);
}

UcFileStore *uc_filestore_open(const char *folder, const char *setup, unsigned parties, GError **error)
{
    g_assert(folder && setup && parties);
    g_autoptr(UcFileStore) f = g_new0(UcFileStore, 1);
    f->folder = g_strdup(folder);
    f->fd = f->lock = -1;
    f->setup = g_compute_checksum_for_string(G_CHECKSUM_SHA256, setup, -1);
    f->parties = parties;
    f->count = g_new0(uint64_t, parties);
    return open_folder(f, error) ? g_steal_pointer(&f) : NULL;
}

void uc_filestore_close(UcFileStore *f)
{
    if (!f)
        return;
    if (f->lock >= 0)
        close(f->lock);
    if (f->fd >= 0)
        close(f->fd);
    g_free(f->folder);
    g_free(f->setup);
    g_free(f->count);
    g_free(f->why);
    g_free(f);
}

/* ---- records ---- */

static bool put_record(UcFileStore *f, UcWorld *world, unsigned party)
{
    char name[NAME_SIZE], temporary[NAME_SIZE];
    g_snprintf(name, sizeof name, "%u.record", party);
    g_snprintf(temporary, sizeof temporary, "%u.tmp", party);
    uint64_t version = (uint64_t)party << PARTY_SHIFT | f->count[party];
    g_autoptr(GByteArray) bytes = uc_record_encode(world, uc_party(party), UC_RECORD_KEPT, version);
    return replace(f, name, temporary, bytes->data, bytes->len);
}

static const char *keep(void *data, UcWorld *world, uint16_t machine)
{
    UcFileStore *f = data;
    unsigned party = (unsigned)(machine - UC_PARTY_0);
    f->count[party]++;
    if (put_record(f, world, party))
        return NULL;
    int number = errno;
    g_free(f->why);
    f->why = g_strdup_printf("--store %s: the record of %s cannot be written: %s", f->folder,
                             uc_machine_name(world->spec, machine), g_strerror(number));
    return f->why;
}

/* A checksum says that the bytes arrived, not that they make sense. */
static bool well_formed(UcWorld *world, const GArray *regions)
{
    for (guint i = 0; i < regions->len; i++) {
        const UcRecordRegion *r = &g_array_index(regions, UcRecordRegion, i);
        const UcRegionKind *kind = uc_region_kind(world->spec, r->key);
        uint32_t words = r->region->words, width = kind->item_words;
        if (r->key.kind != UC_KIND_TAPE && !(kind->flags & UC_STABLE))
            return false;
        if (words < kind->head_words || (width ? (words - kind->head_words) % width : words - kind->head_words))
            return false;
    }
    return true;
}

/* The regions of a party's record, or NULL; *version only then. */
static GArray *get_record(UcFileStore *f, UcWorld *world, unsigned party, GError **error)
{
    char name[NAME_SIZE];
    const char *why = NULL;
    uint64_t version = 0;
    g_snprintf(name, sizeof name, "%u.record", party);
    g_autoptr(GByteArray) bytes = get_all(f, name);
    if (!bytes) {
        refuse(error, f->folder, name, errno == ENOENT ? "missing" : g_strerror(errno));
        return NULL;
    }
    g_autoptr(GArray) regions = NULL;
    if (bytes->len)
        regions = uc_record_decode(world, uc_party(party), bytes->data, bytes->len, &version, &why);
    if (regions && version >> PARTY_SHIFT != party) {
        g_clear_pointer(&regions, g_array_unref);
        why = "foreign record: of another party";
    }
    if (regions && !well_formed(world, regions)) {
        g_clear_pointer(&regions, g_array_unref);
        why = "malformed record";
    }
    if (!regions) {
        refuse(error, f->folder, name, why ? why : "torn record: empty");
        return NULL;
    }
    f->count[party] = version & (((uint64_t)1 << PARTY_SHIFT) - 1);
    f->used |= f->count[party] > 0;
    return g_steal_pointer(&regions);
}

static bool load(UcFileStore *f, UcWorld *world, GError **error)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    for (unsigned p = 0; p < f->parties; p++) {
        GArray *regions = get_record(f, world, p, error);
        if (!regions)
            return false;
        g_ptr_array_add(all, regions);
    }
    for (unsigned p = 0; p < f->parties; p++) {
        const GArray *regions = all->pdata[p];
        for (guint i = 0; i < regions->len; i++) {
            const UcRecordRegion *r = &g_array_index(regions, UcRecordRegion, i);
            uc_slot_set(world, uc_layout_slot(world->layout, r->key), uc_region_ref(r->region));
        }
    }
    uc_commit(world);
    return true;
}

/* Every party gets a record before any can persist: from then on one that is missing was taken away. */
static bool make(UcFileStore *f, UcWorld *world, GError **error)
{
    if (!put_marker(f, true, error))
        return false;
    for (unsigned p = 0; p < f->parties; p++) {
        if (!put_record(f, world, p))
            return fail(error, errno, f->folder, "cannot be written");
    }
    f->fresh = false;
    return put_marker(f, false, error);
}

bool uc_filestore_attach(UcFileStore *f, UcWorld *world, GError **error)
{
    g_assert(f && world && !world->spec->ideal && world->spec->parties == f->parties);
    if (!(f->fresh ? make(f, world, error) : load(f, world, error)))
        return false;
    uc_world_keep(world, keep, f);
    return true;
}

bool uc_filestore_was_used(const UcFileStore *f) { return f->used; }

void uc_filestore_probe(UcFileStore *f, void (*probe)(void *data, UcFileStep step), void *data)
{
    g_assert(f);
    f->probe = probe;
    f->probe_data = data;
}
