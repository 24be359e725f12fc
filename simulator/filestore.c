#include "simulator/filestore.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simulator/base/file.h"
#include "simulator/base/hmac.h"
#include "simulator/internal.h"
#include "simulator/record.h"

enum { PARTY_SHIFT = 48, RECORD_MAX = 1 << 28 };
enum { TAG = 32, FRAME = 4 + TAG };
static const uint8_t MAGIC[4] = { 'U', 'C', 'F', '2' };
#define MARKER "store"
#define MARKER_NAME "ucsim store "
#define MARKER_HEAD MARKER_NAME "2\n"
#define NAME_SIZE 32

struct UcFileStore {
    char *folder;
    int fd, lock;
    char *setup;     /* the marker's second line: SHA-256 of the set-up, hex */
    uint8_t seed[UC_SEED_BYTES];
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

/* Under a key that follows from the run seed, the set-up and what is sealed: a party's number, or `parties` for the marker. */
static void make_tag(const UcFileStore *f, unsigned what, const uint8_t *bytes, size_t length, uint8_t tag[TAG])
{
    uint8_t key[TAG];
    UcTapeLabel label = { "store", f->setup, what, "key of the checksum", NULL };
    uc_tape_read(f->seed, &label, 0, key, sizeof key);
    uc_hmac(key, sizeof key, bytes, length, tag);
    OPENSSL_cleanse(key, sizeof key);
}

/* What others may write says nothing, whatever is in it. */
static const char *open_to_others(const struct stat *s)
{
    if (s->st_uid != geteuid())
        return "of another owner; expected one of this user's own";
    return s->st_mode & (S_IWGRP | S_IWOTH) ? "others may write it; expected its owner only (chmod go-w)" : NULL;
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
    if (unlinkat(f->fd, temporary, 0) && errno != ENOENT) /* left over: of any length, or no file at all */
        return false;
    int fd = openat(f->fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
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

/* Why nothing in it is believed, or NULL. */
static const char *unfit(const struct stat *s)
{
    if (!S_ISREG(s->st_mode))
        return S_ISDIR(s->st_mode) ? "expected a file, got a folder" : "expected a file, got a pipe, a device or a socket";
    if (s->st_size > RECORD_MAX)
        return "expected at most 256 MiB, got a longer file";
    return open_to_others(s);
}

/* NULL and *why when it cannot be read, or must not be; errno is ENOENT when it is not there. */
static GByteArray *get_all(UcFileStore *f, const char *name, const char **why)
{
    struct stat s;
    int fd = openat(f->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), number = errno;
    if (fd < 0) {
        *why = number == ENOENT ? "missing" : number == ELOOP ? "expected a file, got a symbolic link" : g_strerror(number);
        errno = number;
        return NULL;
    }
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    uint8_t part[4096];
    ssize_t n = 0;
    *why = fstat(fd, &s) ? g_strerror(errno) : unfit(&s);
    while (!*why && (((n = read(fd, part, sizeof part)) > 0 && bytes->len <= RECORD_MAX) || (n < 0 && errno == EINTR))) {
        if (n > 0)
            g_byte_array_append(bytes, part, (guint)n);
    }
    if (!*why && n)
        *why = n < 0 ? g_strerror(errno) : "it grows while it is read";
    close(fd);
    errno = 0;
    return *why ? NULL : g_steal_pointer(&bytes);
}

/* ---- the folder ---- */

/* Free with g_free(). */
static char *marker_text(const UcFileStore *f, bool fresh)
{
    uint8_t tag[TAG];
    g_autofree char *text = g_strdup_printf(MARKER_HEAD "%s\n%s\n", f->setup, fresh ? "new" : "ready");
    make_tag(f, f->parties, (const uint8_t *)text, strlen(text), tag);
    g_autofree char *hex = uc_hex(tag, sizeof tag);
    return g_strconcat(text, hex, "\n", NULL);
}

static bool put_marker(UcFileStore *f, bool fresh, GError **error)
{
    g_autofree char *text = marker_text(f, fresh);
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

static bool refuse_marker(UcFileStore *f, const char *why, GError **error)
{
    return refuse(error, f->folder, MARKER " (the marker of a store)", why);
}

static bool check_marker(UcFileStore *f, const char *text, GError **error)
{
    g_auto(GStrv) line = g_strsplit(text, "\n", 3);
    if (!*text)
        return refuse_marker(f, "expected a marker, got an empty file", error);
    if (g_str_has_prefix(text, MARKER_NAME) && !g_str_has_prefix(text, MARKER_HEAD))
        return refuse_marker(f, "of another version of the format; expected version 2, whose records have a keyed checksum; start a new "
                             "store", error);
    if (!g_str_has_prefix(text, MARKER_HEAD) || g_strv_length(line) != 3)
        return refuse_marker(f, "not of this program; expected 'ucsim store 2' and three lines more", error);
    if (strlen(line[1]) != strlen(f->setup) || line[1][strspn(line[1], "0123456789abcdef")])
        return refuse_marker(f, "edited: expected 64 hex digits in line 2, got something else", error);
    if (strcmp(line[1], f->setup))
        return refuse_marker(f, "of another set-up (parties, scheme, seed or other options)", error);
    g_autofree char *fresh = marker_text(f, true), *ready = marker_text(f, false);
    f->fresh = !strcmp(text, fresh);
    return f->fresh || !strcmp(text, ready) ||
           refuse_marker(f, "edited: the keyed checksum is wrong; nothing of such a store is used, start a new one", error);
}

static bool read_marker(UcFileStore *f, GError **error)
{
    const char *why;
    g_autoptr(GByteArray) bytes = get_all(f, MARKER, &why);
    if (!bytes && errno == ENOENT) {
        f->fresh = true;
        return is_empty(f->folder, error);
    }
    if (!bytes)
        return refuse_marker(f, why, error);
    g_autofree char *text = uc_text_of(bytes);
    if (strlen(text) != bytes->len)
        return refuse_marker(f, "not of this program: expected text, got a byte 0", error);
    return check_marker(f, text, error);
}

static bool take_lock(UcFileStore *f, GError **error)
{
    f->lock = uc_file_lock(f->fd, "lock");
    if (f->lock >= 0)
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
    struct stat s;
    if (f->fd < 0 && errno == ENOTDIR)
        return refuse(error, f->folder, "", "expected a folder, got a file");
    if (f->fd < 0 || fstat(f->fd, &s))
        return fail(error, errno, f->folder, "cannot be opened");
    const char *why = open_to_others(&s);
    if (why)
        return refuse(error, f->folder, "", why);
    return is_ours_or_empty(f, error) && take_lock(f, error) && read_marker(f, error);
}

UcFileStore *uc_filestore_open(const char *folder, const char *setup, const uint8_t seed[UC_SEED_BYTES], unsigned parties,
                               GError **error)
{
    g_assert(folder && setup && seed && parties);
    g_autoptr(UcFileStore) f = g_new0(UcFileStore, 1);
    f->folder = g_strdup(folder);
    f->fd = f->lock = -1;
    f->setup = g_compute_checksum_for_string(G_CHECKSUM_SHA256, setup, -1);
    memcpy(f->seed, seed, sizeof f->seed);
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
    OPENSSL_cleanse(f->seed, sizeof f->seed);
    g_free(f);
}

/* ---- records ---- */

static GByteArray *encode(const UcFileStore *f, UcWorld *world, unsigned party)
{
    uint64_t version = (uint64_t)party << PARTY_SHIFT | f->count[party];
    return uc_record_encode(world, uc_party(party), UC_RECORD_KEPT, version);
}

static bool put_record(UcFileStore *f, UcWorld *world, unsigned party)
{
    char name[NAME_SIZE], temporary[NAME_SIZE];
    g_snprintf(name, sizeof name, "%u.record", party);
    g_snprintf(temporary, sizeof temporary, "%u.tmp", party);
    g_autoptr(GByteArray) record = encode(f, world, party), bytes = g_byte_array_sized_new(FRAME + record->len);
    uint8_t tag[TAG];
    make_tag(f, party, record->data, record->len, tag);
    g_byte_array_append(bytes, MAGIC, sizeof MAGIC);
    g_byte_array_append(bytes, tag, sizeof tag);
    g_byte_array_append(bytes, record->data, record->len);
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

/* The regions of a party's record, or NULL; then *why says what is wrong with its file. */
static GArray *decode(UcFileStore *f, UcWorld *world, unsigned party, const GByteArray *file, const char **why)
{
    uint8_t tag[TAG];
    uint64_t version = 0;
    *why = "torn record: no frame";
    if (file->len < FRAME || memcmp(file->data, MAGIC, sizeof MAGIC))
        return NULL;
    const uint8_t *record = file->data + FRAME;
    size_t length = file->len - FRAME;
    g_autoptr(GArray) regions = uc_record_decode(world, uc_party(party), record, length, &version, why);
    if (!regions)
        return NULL;
    make_tag(f, party, record, length, tag);
    if (version >> PARTY_SHIFT != party)
        *why = "foreign record: of another party";
    else if (CRYPTO_memcmp(tag, file->data + sizeof MAGIC, TAG))
        *why = "edited record: the keyed checksum is wrong";
    else if (!well_formed(world, regions))
        *why = "malformed record";
    if (*why)
        return NULL;
    f->count[party] = version & (((uint64_t)1 << PARTY_SHIFT) - 1);
    f->used |= f->count[party] > 0;
    return g_steal_pointer(&regions);
}

static bool refuse_record(UcFileStore *f, const UcWorld *world, unsigned party, const char *why, GError **error)
{
    g_autofree char *name = g_strdup_printf("%u.record (of %s)", party, uc_machine_name(world->spec, uc_party(party)));
    return refuse(error, f->folder, name, why);
}

/* Into the world, and back: there is one way to write down a state. */
static bool load_record(UcFileStore *f, UcWorld *world, unsigned party, GError **error)
{
    char name[NAME_SIZE];
    const char *why = NULL;
    g_snprintf(name, sizeof name, "%u.record", party);
    g_autoptr(GByteArray) file = get_all(f, name, &why);
    if (!file)
        return refuse_record(f, world, party, why, error);
    g_autoptr(GArray) regions = decode(f, world, party, file, &why);
    if (!regions)
        return refuse_record(f, world, party, why, error);
    for (guint i = 0; i < regions->len; i++) {
        const UcRecordRegion *r = &g_array_index(regions, UcRecordRegion, i);
        uc_slot_set(world, uc_layout_slot(world->layout, r->key), uc_region_ref(r->region));
    }
    g_autoptr(GByteArray) again = encode(f, world, party);
    return (again->len == file->len - FRAME && !memcmp(again->data, file->data + FRAME, again->len)) ||
           refuse_record(f, world, party, "malformed record: not as this program writes it", error);
}

static bool load(UcFileStore *f, UcWorld *world, GError **error)
{
    for (unsigned p = 0; p < f->parties; p++) {
        if (!load_record(f, world, p, error))
            return false;
    }
    for (unsigned p = 0; p < f->parties; p++) {
        const char *why = uc_party_check(world, uc_party(p));
        if (why)
            return refuse_record(f, world, p, why, error);
    }
    return true;
}

/* What a start that was killed leaves behind is empty; a record that is not was not made by one. */
static bool none_is_used(UcFileStore *f, UcWorld *world, GError **error)
{
    for (unsigned p = 0; p < f->parties; p++) {
        char name[NAME_SIZE];
        struct stat s;
        g_snprintf(name, sizeof name, "%u.record", p);
        if (fstatat(f->fd, name, &s, AT_SYMLINK_NOFOLLOW) && errno == ENOENT)
            continue;
        if (!load_record(f, world, p, error))
            return false;
        if (f->used)
            return refuse_record(f, world, p, "in use, though the store is marked as new", error);
    }
    return true;
}

/* The folder's own name must last, too: one that is lost with the power is a fresh store. */
static bool sync_parent(UcFileStore *f, GError **error)
{
    int parent = openat(f->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = parent >= 0 && !fsync(parent);
    int number = errno;
    if (parent >= 0)
        close(parent);
    return good || fail(error, number, f->folder, "the folder it lies in cannot be synced");
}

/* Every party gets a record before any can persist: from then on one that is missing was taken away. */
static bool make(UcFileStore *f, UcWorld *world, GError **error)
{
    if (!none_is_used(f, world, error) || !sync_parent(f, error) || !put_marker(f, true, error))
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
    uc_commit(world);
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
