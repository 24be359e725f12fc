/* Trees in files: used by the next cache, never believed, never secret, never in the way. */
#include "tests/signing/bytes.h"
#include "tests/support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Five levels and W1 are made in a moment. */
#define SMALL "LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W1"

static const uint8_t text[] = "the message";
static char *folder; /* made for each test */

static void remove_all(const char *path)
{
    GDir *dir = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *inside = g_build_filename(path, name, NULL);
        remove_all(inside);
    }
    if (dir)
        g_dir_close(dir);
    g_remove(path);
}

static void make_folder(void)
{
    folder = g_dir_make_tmp("ucsim-disk-XXXXXX", NULL);
    ck_assert_ptr_nonnull(folder);
}

static void drop_folder(void)
{
    g_chmod(folder, 0700);
    remove_all(folder);
    g_clear_pointer(&folder, g_free);
}

typedef struct {
    const SigSet *set;
    uint8_t *seed;
    size_t size;
} Key;

static Key key_new(const char *name, const char *label)
{
    const SigSet *set = bytes_set(name);
    return (Key){set, bytes_seed(set, label), sig_set_signature_size(set)};
}

static bool count(void *data, uint64_t done, uint64_t total)
{
    ++*(unsigned *)data;
    return true;
}

/* A signature by a fresh cache with that folder (NULL: without), as a new process would make it; *made is whether
 * leaves of a tree were made; *error what sig_cache_folder_error says. */
static uint8_t *sign(const Key *k, uint64_t index, const char *where, uint64_t limit, bool *made, int *error)
{
    unsigned calls = 0;
    SigControl control = {1, count, &calls};
    SigCache *cache = sig_cache_new(1 << 20);
    SigStream *stream;
    uint8_t *signature = g_malloc0(k->size);
    if (where)
        ck_assert(sig_cache_set_folder(cache, where, limit));
    ck_assert_int_eq(sig_sign_begin(cache, k->set, k->seed, index, &control, &stream), SIG_OK);
    sig_stream_update(stream, text, sizeof text);
    ck_assert_int_eq(sig_sign_end(stream, signature), SIG_OK);
    if (made)
        *made = calls > 0;
    if (error)
        *error = sig_cache_folder_error(cache);
    sig_cache_free(cache);
    return signature;
}

/* The signature is the same as without a folder; returns whether trees were made. */
static bool signs_alike(const Key *k, uint64_t index)
{
    bool made;
    int error;
    g_autofree uint8_t *plain = sign(k, index, NULL, 0, NULL, NULL);
    g_autofree uint8_t *kept = sign(k, index, folder, 1 << 24, &made, &error);
    ck_assert_mem_eq(plain, kept, k->size);
    ck_assert_int_eq(error, 0);
    return made;
}

/* The only file of the folder (g_free). */
static char *only_file(void)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    ck_assert_ptr_nonnull(dir);
    char *path = g_build_filename(folder, g_dir_read_name(dir), NULL);
    ck_assert_ptr_null(g_dir_read_name(dir));
    g_dir_close(dir);
    return path;
}

static unsigned files_in(const char *path, uint64_t *bytes)
{
    unsigned files = 0;
    GDir *dir = g_dir_open(path, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir)); files++) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        GStatBuf about;
        ck_assert_int_eq(g_stat(file, &about), 0);
        ck_assert_uint_eq(about.st_mode & 0777, 0600);
        ck_assert_msg(g_str_has_suffix(name, ".tree") && strlen(name) == 69, "a file '%s'", name);
        if (bytes)
            *bytes += (uint64_t)about.st_size;
    }
    if (dir)
        g_dir_close(dir);
    return files;
}

static char *contents(const char *path, size_t *length)
{
    char *bytes = NULL;
    ck_assert(g_file_get_contents(path, &bytes, length, NULL));
    return bytes;
}

static void put(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    ck_assert(file && fwrite(bytes, 1, length, file) == length);
    fclose(file);
}

static const char *const names[] = {
    SMALL,
    "LMS_SHAKE_M32_H5/LMOTS_SHAKE_N32_W1",
    "XMSS-SHA2_10_192",
    "XMSSMT-SHAKE256_20/4_192",
    "HSS:LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W1,LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W2",
};

/* A second process finds the trees and makes none; signatures are the same. */
START_TEST(next_process)
{
    Key k = key_new(names[_i], "disk");
    const uint64_t last = sig_set_capacity(k.set) - 1;
    pid_t child = fork();
    if (child == 0)
        _exit(signs_alike(&k, last) ? 0 : 1);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_ge(files_in(folder, NULL), 1);
    ck_assert(!signs_alike(&k, last));
    ck_assert(!signs_alike(&k, last - 3));
    g_free(k.seed);
}
END_TEST

/* The parts of a tree that is too big for the cache, too: an upper part, and lower ones. */
START_TEST(parts)
{
    Key k = key_new("XMSS-SHA2_10_192", "parts");
    uint8_t *first = NULL;
    for (int i = 0; i < 2; i++) {
        unsigned calls = 0;
        SigControl control = {1, count, &calls};
        SigCache *cache = sig_cache_new(10000);
        SigStream *stream;
        g_autofree uint8_t *signature = g_malloc(k.size);
        ck_assert(sig_cache_set_folder(cache, folder, 1 << 24));
        ck_assert_int_eq(sig_sign_begin(cache, k.set, k.seed, 777, &control, &stream), SIG_OK);
        ck_assert_int_eq(sig_sign_end(stream, signature), SIG_OK);
        ck_assert_int_eq(calls > 0, i == 0);
        ck_assert_uint_eq(files_in(folder, NULL), 2);
        if (first)
            ck_assert_mem_eq(first, signature, k.size);
        else
            first = g_memdup2(signature, k.size);
        sig_cache_free(cache);
    }
    g_free(first), g_free(k.seed);
}
END_TEST

/* Quick runs change every third byte, asan builds every seventh. */
static size_t stride(void)
{
#if defined(__SANITIZE_ADDRESS__)
    return 7;
#else
    return g_getenv("UCSIM_LONG_TESTS") ? 1 : 3;
#endif
}

/* Every byte changed: the tree is made anew, the signature is right, and so is the file again. */
START_TEST(every_byte)
{
    Key k = key_new(SMALL, "disk");
    size_t length, now;
    ck_assert(signs_alike(&k, 17));
    g_autofree char *path = only_file(), *good = contents(path, &length);
    g_autofree uint8_t *right = sign(&k, 17, NULL, 0, NULL, NULL);
    ck_assert_uint_gt(length, 33 * 24 + 32);
    for (size_t i = 0; i < length; i += stride()) {
        bool made;
        good[i] ^= (char)(1 << i % 8);
        put(path, good, length);
        good[i] ^= (char)(1 << i % 8);
        g_autofree uint8_t *signature = sign(&k, 17, folder, 1 << 24, &made, NULL);
        g_autofree char *again = contents(path, &now);
        ck_assert_msg(made, "byte %zu was believed", i);
        ck_assert_mem_eq(signature, right, k.size);
        ck_assert_uint_eq(now, length);
        ck_assert_mem_eq(again, good, length);
    }
    g_free(k.seed);
}
END_TEST

START_TEST(cut_and_extended)
{
    Key k = key_new(SMALL, "disk");
    size_t length;
    ck_assert(signs_alike(&k, 3));
    g_autofree char *path = only_file(), *good = contents(path, &length), *longer = g_malloc0(length + 40);
    memcpy(longer, good, length);
    for (size_t cut = 0; cut < length; cut += 1 + cut / 8) {
        put(path, good, cut);
        ck_assert_msg(signs_alike(&k, 3), "%zu bytes were believed", cut);
    }
    for (size_t more = 1; more < 40; more += 6) {
        put(path, longer, length + more);
        ck_assert_msg(signs_alike(&k, 3), "%zu more bytes were believed", more);
    }
    put(path, good, length);
    ck_assert(!signs_alike(&k, 3));
    g_free(k.seed);
}
END_TEST

/* What is there instead of the file: another kind of file, a link, a folder. */
START_TEST(other_kinds)
{
    Key k = key_new(SMALL, "disk");
    int error;
    bool made;
    ck_assert(signs_alike(&k, 3));
    g_autofree char *path = only_file(), *aside = g_build_filename(folder, "aside", NULL);
    ck_assert_int_eq(g_rename(path, aside), 0);
    ck_assert_int_eq(symlink("aside", path), 0);
    ck_assert(signs_alike(&k, 3)); /* not even a good file, through a link */
    ck_assert(!g_file_test(path, G_FILE_TEST_IS_SYMLINK));
    g_remove(path);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert(signs_alike(&k, 3)); /* and does not wait */
    g_remove(path);
    ck_assert_int_eq(g_mkdir(path, 0700), 0);
    g_autofree uint8_t *plain = sign(&k, 3, NULL, 0, NULL, NULL), *kept = sign(&k, 3, folder, 1 << 24, &made, &error);
    ck_assert_mem_eq(plain, kept, k.size);
    ck_assert(made && error);
    g_free(k.seed);
}
END_TEST

/* The files of two keys that differ in the secret only have one name; neither believes the other's. */
START_TEST(foreign_secret)
{
    Key k = key_new(names[_i], "disk"), other = key_new(names[_i], "disk");
    other.seed[0] ^= 1; /* SEED, SK_SEED: the public identifier is the same */
    ck_assert(signs_alike(&k, 3));
    g_autofree char *path = only_file();
    size_t length;
    g_autofree char *good = contents(path, &length);
    ck_assert(signs_alike(&other, 3));
    g_autofree char *same = only_file();
    ck_assert_str_eq(path, same);
    ck_assert(!signs_alike(&other, 3));
    ck_assert(signs_alike(&k, 3));
    g_autofree char *again = contents(path, &length);
    ck_assert_mem_eq(again, good, length);
    g_free(k.seed), g_free(other.seed);
}
END_TEST

enum { HEADER = 180, TAG = 32 };

/* The tag, as docs/signing.md says. */
static void put_tag(const Key *k, char *file, size_t length)
{
    static const char label[] = "ucsim tree cache: key of the tag";
    uint8_t named[sizeof label + HEADER], key[32];
    memcpy(named, label, sizeof label);
    memcpy(named + sizeof label, file, HEADER);
    ck_assert_ptr_nonnull(HMAC(EVP_sha256(), k->seed, 24, named, sizeof named, key, NULL));
    ck_assert_ptr_nonnull(HMAC(EVP_sha256(), key, 32, (uint8_t *)file, length - TAG, (uint8_t *)file + length - TAG, NULL));
}

/* Even with a good tag: a leaf that does not lead to the root, and the whole tree of another secret. */
START_TEST(wrong_with_a_good_tag)
{
    Key k = key_new(SMALL, "disk"), other = key_new(SMALL, "disk");
    other.seed[0] ^= 1;
    size_t length;
    ck_assert(signs_alike(&other, 3));
    g_autofree char *path = only_file(), *foreign = contents(path, &length);
    ck_assert(signs_alike(&k, 3));
    g_autofree char *own = contents(path, &length), *changed = g_memdup2(own, length);
    put_tag(&k, changed, length);
    ck_assert_mem_eq(own, changed, length);
    changed[HEADER + 7] ^= 1;
    put_tag(&k, changed, length);
    put(path, changed, length);
    ck_assert(signs_alike(&k, 3)); /* the path of leaf 3 has not even this leaf */
    put_tag(&k, foreign, length);
    put(path, foreign, length);
    ck_assert(signs_alike(&k, 3));
    g_free(k.seed), g_free(other.seed);
}
END_TEST

/* A whole good file under the name of another: another tree of the same key, another set. */
START_TEST(exchanged)
{
    Key k = key_new(names[3], "disk");
    ck_assert(signs_alike(&k, 0));
    GDir *dir = g_dir_open(folder, 0, NULL);
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(dir));)
        g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
    g_dir_close(dir);
    ck_assert_uint_eq(paths->len, 4);
    size_t length;
    for (guint i = 0; i < paths->len; i++) {
        g_autofree char *next = contents(paths->pdata[(i + 1) % paths->len], &length);
        put(paths->pdata[i], next, length);
        ck_assert(signs_alike(&k, 0));
        ck_assert(!signs_alike(&k, 0));
    }
    g_free(k.seed);
}
END_TEST

static bool holds(const char *bytes, size_t length, const uint8_t *pattern, size_t size)
{
    return memmem(bytes, length, pattern, size) != NULL;
}

/* No eight bytes of the seed in any file or name, but those of the public identifier. */
START_TEST(nothing_secret)
{
    Key k = key_new(names[_i], "disk");
    const bool xmss = g_str_has_prefix(names[_i], "XMSS");
    const size_t all = sig_set_seed_size(k.set), secret = xmss ? all / 3 * 2 : all - 16;
    ck_assert(signs_alike(&k, 3));
    GDir *dir = g_dir_open(folder, 0, NULL);
    bool open_found = false;
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        size_t length;
        g_autofree char *bytes = contents(path, &length);
        for (size_t i = 0; i + 8 <= secret; i++) {
            g_autofree char *hex = g_strdup_printf("%02x%02x%02x%02x", k.seed[i], k.seed[i + 1], k.seed[i + 2], k.seed[i + 3]);
            ck_assert_msg(!holds(bytes, length, k.seed + i, 8), "byte %zu of the seed is in %s", i, path);
            ck_assert_ptr_null(strstr(name, hex));
        }
        open_found |= holds(bytes, length, k.seed + secret, all - secret); /* the search does find what is there */
    }
    g_dir_close(dir);
    ck_assert(open_found);
    g_free(k.seed);
}
END_TEST

/* Folders that are missing are made, for the user alone. */
START_TEST(folder_is_made)
{
    Key k = key_new(SMALL, "disk");
    g_autofree char *deep = g_build_filename(folder, "a", "b", "c", NULL), *above = g_path_get_dirname(deep);
    bool made;
    int error;
    GStatBuf about;
    g_free(sign(&k, 3, deep, 1 << 24, &made, &error));
    ck_assert(made && !error);
    ck_assert_uint_eq(files_in(deep, NULL), 1);
    ck_assert_int_eq(g_stat(above, &about), 0);
    ck_assert_uint_eq(about.st_mode & 0777, 0700);
    ck_assert_int_eq(g_stat(deep, &about), 0);
    ck_assert_uint_eq(about.st_mode & 0777, 0700);
    g_free(k.seed);
}
END_TEST

/* Where no file can be: the signature is as good, the reason can be asked for. */
START_TEST(unwritable)
{
    Key k = key_new(SMALL, "disk");
    g_autofree char *file = g_build_filename(folder, "file", NULL), *below = g_build_filename(file, "x", NULL);
    const char *const bad[] = {file, below, "/proc/ucsim", "/dev/null", ""};
    g_autofree uint8_t *plain = sign(&k, 3, NULL, 0, NULL, NULL);
    put(file, "x", 1);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        bool made;
        int error;
        g_autofree uint8_t *kept = sign(&k, 3, bad[i], 1 << 24, &made, &error);
        ck_assert_mem_eq(plain, kept, k.size);
        ck_assert_msg(made && error, "'%s' seems to work", bad[i]);
    }
    if (geteuid() != 0) { /* root may write anywhere */
        int error;
        ck_assert_int_eq(g_chmod(folder, 0500), 0);
        g_autofree uint8_t *kept = sign(&k, 3, folder, 1 << 24, NULL, &error);
        ck_assert_mem_eq(plain, kept, k.size);
        ck_assert_int_eq(error, EACCES);
    }
    g_free(k.seed);
}
END_TEST

/* At most limit / 64 KiB files; what was used last stays; what is not ours, too; the half-written goes. */
START_TEST(bound)
{
    const uint64_t limit = 4 * 65536;
    g_autofree char *own = g_build_filename(folder, "my letters.txt", NULL);
    g_autofree char *left = g_build_filename(folder, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
                                                     ".tree.0123456789abcdef", NULL);
    put(own, "dear", 4);
    put(left, "half", 4);
    const struct timespec old[2] = {{1, 0}, {1, 0}};
    ck_assert_int_eq(utimensat(AT_FDCWD, left, old, 0), 0);
    Key first = key_new(SMALL, "bound 0");
    for (int i = 0; i < 9; i++) {
        g_autofree char *label = g_strdup_printf("bound %d", i);
        Key k = key_new(SMALL, label);
        bool made;
        g_free(sign(&k, 1, folder, limit, &made, NULL));
        ck_assert(made);
        g_usleep(12000); /* the clock of file times is coarse */
        g_free(sign(&first, 1, folder, limit, &made, NULL)); /* used again and again: stays */
        ck_assert(!made);
        g_free(k.seed);
        g_usleep(12000);
    }
    ck_assert(g_file_test(own, G_FILE_TEST_EXISTS));
    ck_assert(!g_file_test(left, G_FILE_TEST_EXISTS));
    g_remove(own);
    ck_assert_uint_eq(files_in(folder, NULL), 4);
    bool made;
    int error;
    Key k = key_new(SMALL, "none");
    g_free(sign(&k, 1, folder, 1000, &made, &error)); /* no room for one: none, and no fault */
    ck_assert(made && !error);
    ck_assert_uint_eq(files_in(folder, NULL), 4);
    g_free(k.seed), g_free(first.seed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("disk");
    TCase *tests = tcase_create("disk");
    const int all = G_N_ELEMENTS(names);
    tcase_set_timeout(tests, 300);
    tcase_add_checked_fixture(tests, make_folder, drop_folder);
    tcase_add_loop_test(tests, next_process, 0, all);
    tcase_add_test(tests, parts);
    tcase_add_test(tests, every_byte);
    tcase_add_test(tests, cut_and_extended);
    tcase_add_test(tests, other_kinds);
    tcase_add_loop_test(tests, foreign_secret, 0, 3); /* those with one tree */
    tcase_add_test(tests, wrong_with_a_good_tag);
    tcase_add_test(tests, exchanged);
    tcase_add_loop_test(tests, nothing_secret, 0, all);
    tcase_add_test(tests, folder_is_made);
    tcase_add_test(tests, unwritable);
    tcase_add_test(tests, bound);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
