/* Parts of trees in files, for the next process. docs/signing.md, "Trees on disk", has the format and the reasons.
 *
 * Nothing in a file is believed: it must have exactly the length and the header that are asked for and an HMAC under a
 * key that follows from the tree's secret. tree.c then makes the upper nodes and one of the lowest anew and compares.
 * Whatever is wrong with a file, it is as if it were not there; whatever is wrong with the folder, nothing is kept.
 */
#include "signing/internal.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    HEADER = 16 + 4 + 64 + SIG_MAX_N + 32,
    TAG = 32,
    NAME = 2 * 32 + 5,  /* hex and ".tree" */
    TEMPORARY = 1 + 16, /* "." and hex, behind the name while a file is written */
    LEAST = 64 << 10    /* what a file counts at least: bounds their number too */
};

static const char suffix[] = ".tree";

struct SigDisk {
    pthread_mutex_t lock; /* all below; not held while reading */
    char *folder;
    uint64_t limit, held; /* held: an upper estimate, as far as this process knows */
    bool counted;         /* held says something */
    int error;            /* errno of the first failed write, or 0 */
};

SigDisk *sig_disk_new(const char *folder, uint64_t limit)
{
    assert(folder);
    SigDisk *disk = calloc(1, sizeof *disk);
    if (!disk)
        return NULL;
    disk->folder = strdup(folder);
    disk->limit = limit;
    pthread_mutex_init(&disk->lock, NULL);
    if (disk->folder)
        return disk;
    sig_disk_free(disk);
    return NULL;
}

void sig_disk_free(SigDisk *disk)
{
    if (!disk)
        return;
    pthread_mutex_destroy(&disk->lock);
    free(disk->folder);
    free(disk);
}

int sig_disk_error(SigDisk *disk)
{
    if (!disk)
        return 0;
    pthread_mutex_lock(&disk->lock);
    int error = disk->error;
    pthread_mutex_unlock(&disk->lock);
    return error;
}

/* ---- what a file holds ---------------------------------------------------------------------------------------------- */

/* All that the nodes depend on but the secret: magic, version, set, public identifier, place of the slab. */
static void put_header(const SigSlab *slab, uint8_t header[HEADER])
{
    const SigTree *tree = slab->tree;
    const SigSet *set = tree->set;
    uint8_t *at = header + 20 + 64 + SIG_MAX_N;
    assert(strlen(set->name) < 64);
    memset(header, 0, HEADER);
    memcpy(header, "ucsim tree cache", 16);
    sig_put(header + 16, 1, 4);
    memcpy(header + 20, set->name, strlen(set->name));
    memcpy(header + 20 + 64, tree->open, set->scheme == SIG_LMS ? SIG_I : set->n);
    sig_put(at, tree->layer, 4);
    sig_put(at + 4, tree->tree, 8);
    sig_put(at + 12, slab->base, 4);
    sig_put(at + 16, slab->height, 4);
    sig_put(at + 20, slab->index, 8);
    sig_put(at + 28, set->n, 4);
}

static size_t nodes_size(const SigSlab *slab)
{
    return ((size_t)1 << slab->height) * slab->tree->set->n;
}

static size_t file_size(const SigSlab *slab)
{
    return HEADER + nodes_size(slab) + slab->tree->set->n + TAG;
}

static void put_hex(const uint8_t *in, size_t length, char *out)
{
    for (size_t i = 0; i < length; i++)
        sprintf(out + 2 * i, "%02x", in[i]);
}

/* From public values only. */
static void put_name(const uint8_t header[HEADER], char name[NAME + 1])
{
    static const char label[] = "ucsim tree cache: file name";
    uint8_t text[sizeof label + HEADER], digest[32];
    memcpy(text, label, sizeof label);
    memcpy(text + sizeof label, header, HEADER);
    sig_sha256(text, sizeof text, digest, sizeof digest);
    put_hex(digest, sizeof digest, name);
    strcpy(name + 64, suffix);
}

/* HMAC of everything before the tag, under HMAC(secret, label || header). False when out of memory. */
static bool make_tag(const SigSlab *slab, const uint8_t *image, uint8_t tag[TAG])
{
    static const char label[] = "ucsim tree cache: key of the tag";
    uint8_t text[sizeof label + HEADER], key[32];
    memcpy(text, label, sizeof label);
    memcpy(text + sizeof label, image, HEADER);
    bool fine = HMAC(EVP_sha256(), slab->tree->secret, (int)slab->tree->set->n, text, sizeof text, key, NULL) &&
                HMAC(EVP_sha256(), key, sizeof key, image, file_size(slab) - TAG, tag, NULL);
    explicit_bzero(key, sizeof key);
    sig_burn_lanes();
    return fine;
}

/* ---- reading -------------------------------------------------------------------------------------------------------- */

static bool read_all(int file, uint8_t *out, size_t size)
{
    while (size) {
        ssize_t got = read(file, out, size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        out += got;
        size -= (size_t)got;
    }
    return true;
}

/* A regular file of exactly that size; it counts as used now. */
static bool read_file(const SigDisk *disk, const char *name, uint8_t *out, size_t size)
{
    struct stat about;
    int folder = open(disk->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return false;
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    close(folder);
    if (file < 0)
        return false;
    bool good = fstat(file, &about) == 0 && S_ISREG(about.st_mode) && about.st_size == (off_t)size &&
                read_all(file, out, size);
    if (good)
        (void)futimens(file, NULL); /* only the order in which files go depends on it */
    close(file);
    return good;
}

bool sig_disk_load(SigDisk *disk, const SigSlab *slab, uint8_t *nodes, uint8_t *root)
{
    assert(disk && slab->tree->secret);
    uint8_t header[HEADER], tag[TAG];
    char name[NAME + 1];
    const size_t size = file_size(slab), n = slab->tree->set->n;
    uint8_t *image = malloc(size);
    put_header(slab, header);
    put_name(header, name);
    bool good = image && read_file(disk, name, image, size) && memcmp(image, header, HEADER) == 0 &&
                make_tag(slab, image, tag) && CRYPTO_memcmp(image + size - TAG, tag, TAG) == 0;
    if (good) {
        memcpy(nodes, image + HEADER, nodes_size(slab));
        memcpy(root, image + HEADER + nodes_size(slab), n);
    }
    free(image);
    return good;
}

/* ---- the bound ------------------------------------------------------------------------------------------------------ */

typedef struct {
    char name[NAME + TEMPORARY + 1];
    uint64_t size;
    struct timespec used;
} Entry;

static uint64_t counts_as(uint64_t size)
{
    return size > LEAST ? size : LEAST;
}

/* Ours by the name, also when left behind half-written. */
static bool is_ours(const char *name)
{
    const size_t length = strlen(name);
    return (length == NAME || length == NAME + TEMPORARY) && strspn(name, "0123456789abcdef") == NAME - 5 &&
           strncmp(name + NAME - 5, suffix, 5) == 0;
}

static int by_use(const void *a, const void *b)
{
    const Entry *x = a, *y = b;
    if (x->used.tv_sec != y->used.tv_sec)
        return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    if (x->used.tv_nsec != y->used.tv_nsec)
        return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Our files in the folder, oldest use first, to *entries (free). */
static size_t list_files(int folder, Entry **entries)
{
    int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = again < 0 ? NULL : fdopendir(again);
    size_t count = 0, room = 0;
    struct stat about;
    *entries = NULL;
    if (!dir && again >= 0)
        close(again);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (!is_ours(e->d_name) || fstatat(folder, e->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (count == room) {
            Entry *more = realloc(*entries, (room = 2 * room + 64) * sizeof **entries);
            if (!more)
                break;
            *entries = more;
        }
        strcpy((*entries)[count].name, e->d_name);
        (*entries)[count].size = counts_as((uint64_t)about.st_size);
        (*entries)[count++].used = about.st_mtim;
    }
    if (dir)
        closedir(dir);
    if (count)
        qsort(*entries, count, sizeof **entries, by_use);
    return count;
}

/* Removes the least recently used until our files take no more than room bytes. */
static void make_room(SigDisk *disk, int folder, uint64_t room)
{
    Entry *entries;
    const size_t count = list_files(folder, &entries);
    disk->held = 0;
    disk->counted = true;
    for (size_t i = 0; i < count; i++)
        disk->held += entries[i].size;
    for (size_t i = 0; i < count && disk->held > room; i++) {
        (void)unlinkat(folder, entries[i].name, 0); /* or another process just did */
        disk->held -= entries[i].size;
    }
    free(entries);
}

/* ---- writing -------------------------------------------------------------------------------------------------------- */

/* The folder, made with what is missing above it; -1 with errno. */
static int open_folder(const char *path)
{
    char *part = strdup(path);
    if (!part)
        return -1;
    for (char *at = part + 1; *part && *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        (void)mkdir(part, 0700); /* what fails here is seen below */
        *at = '/';
    }
    (void)mkdir(part, 0700);
    free(part);
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool write_all(int file, const uint8_t *in, size_t size)
{
    while (size) {
        ssize_t put = write(file, in, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        in += put;
        size -= (size_t)put;
    }
    return true;
}

/* All or nothing; false with errno. Not synced: after a power failure a torn file has a wrong tag. */
static bool write_file(int folder, const char *name, const uint8_t *image, size_t size)
{
    char temporary[NAME + TEMPORARY + 1];
    uint8_t chance[(TEMPORARY - 1) / 2];
    if (RAND_bytes(chance, sizeof chance) != 1) {
        errno = EIO;
        return false;
    }
    memcpy(temporary, name, NAME);
    temporary[NAME] = '.';
    put_hex(chance, sizeof chance, temporary + NAME + 1);
    int file = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        return false;
    bool good = write_all(file, image, size);
    good = close(file) == 0 && good;
    if (good && renameat(folder, temporary, folder, name) == 0)
        return true;
    const int error = errno;
    (void)unlinkat(folder, temporary, 0);
    errno = error;
    return false;
}

/* With the lock held. */
static bool keep(SigDisk *disk, const char *name, const uint8_t *image, size_t size)
{
    const uint64_t cost = counts_as(size);
    int folder = open_folder(disk->folder);
    if (folder < 0)
        return false;
    if (!disk->counted || disk->held + cost > disk->limit)
        make_room(disk, folder, disk->limit - cost);
    bool good = write_file(folder, name, image, size);
    const int error = errno;
    disk->held += good ? cost : 0;
    close(folder);
    errno = error;
    return good;
}

void sig_disk_save(SigDisk *disk, const SigSlab *slab, const uint8_t *nodes, const uint8_t *root)
{
    assert(disk && slab->tree->secret);
    const size_t size = file_size(slab), n = slab->tree->set->n;
    uint8_t *image = counts_as(size) <= disk->limit ? malloc(size) : NULL;
    char name[NAME + 1];
    if (!image)
        return;
    put_header(slab, image);
    put_name(image, name);
    memcpy(image + HEADER, nodes, nodes_size(slab));
    memcpy(image + HEADER + nodes_size(slab), root, n);
    if (make_tag(slab, image, image + size - TAG)) {
        pthread_mutex_lock(&disk->lock);
        if (!keep(disk, name, image, size) && !disk->error)
            disk->error = errno;
        pthread_mutex_unlock(&disk->lock);
    }
    free(image);
}
