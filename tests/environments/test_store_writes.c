/* How a store writes: what the kernel is asked for, in which order, and what happens when it says no; folders and files
 * that are not this user's alone; what is left over; what is put back. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/environments/store_folder.h"
#include "tests/support/suite.h"

/* ---- the probe: these take the place of the C library's in this program ---- */

static GString *calls; /* NULL: nobody listens */
static char *refuse;   /* the call that fails with EIO, as it is written down */

/* Writes it down; true: it is to fail. */
static bool heard(const char *format, ...) G_GNUC_PRINTF(1, 2);
static bool heard(const char *format, ...)
{
    if (!calls)
        return false;
    va_list args;
    va_start(args, format);
    g_autofree char *call = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *last = g_strconcat(call, "; ", NULL);
    if (!g_str_has_suffix(calls->str, last)) /* a file may be written in pieces */
        g_string_append(calls, last);
    errno = EIO;
    return refuse && !strcmp(call, refuse);
}

static const char *name_of(int fd, char out[PATH_MAX])
{
    char path[64], target[PATH_MAX];
    g_snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(path, target, sizeof target - 1);
    target[n > 0 ? n : 0] = 0;
    const char *base = strrchr(target, '/');
    g_autofree char *above = store_folder ? g_path_get_dirname(store_folder) : NULL;
    bool folder = store_folder && !strcmp(target, store_folder), parent = above && !strcmp(target, above);
    g_strlcpy(out, folder ? "folder" : parent ? "parent" : base ? base + 1 : target, PATH_MAX);
    return out;
}

int fsync(int fd)
{
    char name[PATH_MAX];
    return heard("sync %s", name_of(fd, name)) ? -1 : (int)syscall(SYS_fsync, fd);
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    char name[PATH_MAX];
    if (calls && g_str_has_suffix(name_of(fd, name), ".tmp") && heard("write %s", name))
        return -1;
    return syscall(SYS_write, fd, bytes, length);
}

int renameat(int from, const char *old, int to, const char *new)
{
    return heard("rename %s to %s", old, new) ? -1 : (int)syscall(SYS_renameat, from, old, to, new);
}

/* What leaves a party is seen by Z. */
static UcMessage sign_heard(StoreRun *run)
{
    UcMessage m = store_sign(run, 0, store_known_key(run));
    g_string_append(calls, m.kind == DKM_SIGNATURE ? "out" : "nothing");
    return m;
}

static void stop_listening(void)
{
    g_string_free(calls, TRUE);
    calls = NULL;
    refuse = NULL;
}

#define RECORD(n) "write " n ".tmp; sync " n ".tmp; rename " n ".tmp to " n ".record; sync folder; "
#define MARK "write store.tmp; sync store.tmp; rename store.tmp to store; sync folder; "

START_TEST(order_of_writes)
{
    StoreRun run;
    store_clear_folder();
    calls = g_string_new(NULL);
    ck_assert(store_start(&run, NULL, NULL, NULL));
    ck_assert_str_eq(calls->str, "sync parent; " MARK RECORD("0") RECORD("1") MARK);
    store_end(&run);
    stop_listening();
    store_use();
    calls = g_string_new(NULL);
    ck_assert(store_start(&run, NULL, NULL, NULL));
    ck_assert_str_eq(calls->str, ""); /* reading writes nothing */
    sign_heard(&run);
    ck_assert_str_eq(calls->str, RECORD("0") "out");
    store_end(&run);
    stop_listening();
}
END_TEST

static char *const steps[] = { "write 0.tmp", "sync 0.tmp", "rename 0.tmp to 0.record", "sync folder" };

/* Whatever fails, nothing leaves the party, and what comes after uses no index again. */
START_TEST(a_step_that_fails)
{
    StoreRun run;
    store_use();
    ck_assert(store_start(&run, NULL, NULL, NULL));
    calls = g_string_new(NULL);
    refuse = steps[_i];
    ck_assert_uint_eq(sign_heard(&run).kind, UC_M_EMPTY);
    ck_assert(g_str_has_suffix(calls->str, "nothing"));
    ck_assert_ptr_nonnull(strstr(uc_world_why(run.world), "the record of one cannot be written: Input/output error"));
    stop_listening();
    store_end(&run);
    ck_assert(store_start(&run, NULL, NULL, NULL));
    ck_assert_uint_ge(store_sign(&run, 0, store_known_key(&run)).w[1], 1);
    store_end(&run);
}
END_TEST

static char *const first_steps[] = { "sync parent", "write store.tmp", "sync store.tmp", "rename store.tmp to store",
                                     "sync folder", "write 1.tmp" };

START_TEST(a_first_step_that_fails)
{
    StoreRun run;
    store_clear_folder();
    calls = g_string_new(NULL);
    refuse = first_steps[_i];
    GError *error = NULL;
    ck_assert(!store_start(&run, NULL, NULL, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "Input/output error"));
    g_clear_error(&error);
    store_end(&run);
    stop_listening();
    ck_assert(store_start(&run, NULL, NULL, NULL));
    store_end(&run);
}
END_TEST

/* ---- whose folder it is ---- */

START_TEST(open_to_others)
{
    static const int modes[] = { 0720, 0702, 0777, 01777 };
    g_autofree char *record = store_path("0.record"), *marker = store_path("store");
    store_use();
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        ck_assert_int_eq(g_chmod(store_folder, modes[i]), 0);
        store_refused("others may write it; expected its owner only");
    }
    ck_assert_int_eq(g_chmod(store_folder, 0755), 0); /* to read is another matter: the files are 0600 */
    ck_assert_int_eq(g_chmod(record, 0620), 0);
    store_refused("0.record (of one): others may write it");
    ck_assert_int_eq(g_chmod(record, 0600), 0);
    ck_assert_int_eq(g_chmod(marker, 0666), 0);
    store_refused("store (the marker of a store): others may write it");
    ck_assert_int_eq(g_chmod(marker, 0600), 0);
    StoreRun run;
    ck_assert(store_start(&run, NULL, NULL, NULL));
    store_end(&run);
}
END_TEST

START_TEST(new_folder_open_to_others)
{
    store_clear_folder();
    ck_assert_int_eq(g_chmod(store_folder, 0777), 0);
    store_refused("others may write it");
    g_autofree char *lock = store_path("lock");
    ck_assert(!g_file_test(lock, G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST(of_another_owner)
{
    if (getuid())
        return; /* nobody else can give a folder away */
    store_use();
    ck_assert_int_eq(chown(store_folder, 65534, 65534), 0);
    store_refused("of another owner; expected one of this user's own");
}
END_TEST

START_TEST(modes_of_files)
{
    static const char *const names[] = { "0.record", "1.record", "store", "lock" };
    mode_t before = umask(0);
    store_use();
    umask(before);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = store_path(names[i]);
        struct stat s;
        ck_assert_int_eq(stat(path, &s), 0);
        ck_assert_int_eq(s.st_mode & 07777, 0600);
    }
}
END_TEST

/* ---- what is left over ---- */

static void left_longer(const char *path)
{
    g_autofree char *junk = g_strnfill(1 << 20, 'x');
    ck_assert(g_file_set_contents(path, junk, 1 << 20, NULL));
}
static void left_pipe(const char *path) { ck_assert_int_eq(mkfifo(path, 0600), 0); }
static void left_link(const char *path) { ck_assert_int_eq(symlink("elsewhere", path), 0); }
static void left_name(const char *path)
{
    g_autofree char *other = store_path("1.record");
    ck_assert_int_eq(link(other, path), 0); /* a second name of another record */
}
static void (*const left[])(const char *path) = { left_longer, left_pipe, left_link, left_name };

/* A temporary file that lies there is neither read nor written through. */
START_TEST(left_over)
{
    StoreRun run;
    store_use();
    g_autofree char *path = store_path("0.tmp"), *elsewhere = store_path("elsewhere");
    left[_i](path);
    ck_assert(store_start(&run, NULL, NULL, NULL));
    ck_assert_uint_eq(store_sign(&run, 0, store_known_key(&run)).w[1], 1);
    store_end(&run);
    ck_assert(!g_file_test(elsewhere, G_FILE_TEST_EXISTS));
    ck_assert(store_start(&run, NULL, NULL, NULL));
    ck_assert_uint_eq(store_sign(&run, 0, store_known_key(&run)).w[1], 2);
    store_end(&run);
}
END_TEST

static void record_pipe(const char *path) { ck_assert_int_eq(mkfifo(path, 0600), 0); }
static void record_folder(const char *path) { ck_assert_int_eq(g_mkdir(path, 0700), 0); }
static void record_link(const char *path) { ck_assert_int_eq(symlink("1.record", path), 0); }
static void record_huge(const char *path)
{
    ck_assert(g_file_set_contents_full(path, "x", 1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
    ck_assert_int_eq(truncate(path, (off_t)1 << 33), 0);
}
static const struct {
    void (*put)(const char *path);
    const char *why;
} odd[] = { { record_pipe, "expected a file, got a pipe" }, { record_folder, "expected a file, got a folder" },
            { record_link, "expected a file, got a symbolic link" }, { record_huge, "expected at most 256 MiB" } };

START_TEST(odd_records)
{
    store_use();
    g_autofree char *path = store_path("0.record"), *expected = g_strconcat("0.record (of one): ", odd[_i].why, NULL);
    g_unlink(path);
    odd[_i].put(path);
    store_refused(expected);
    g_remove(path);
}
END_TEST

/* ---- what is put back ---- */

static void copy(const char *name, const char *to)
{
    g_autofree char *from_path = store_path(name), *to_path = store_path(to), *bytes = NULL;
    size_t length;
    ck_assert(g_file_get_contents(from_path, &bytes, &length, NULL));
    ck_assert(g_file_set_contents_full(to_path, bytes, (gssize)length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

/* An older copy of all records is not recognised, as docs/model.md says: the same index is used twice. */
START_TEST(rolled_back)
{
    StoreRun run;
    store_use();
    copy("0.record", "kept");
    for (unsigned i = 0; i < 2; i++) {
        ck_assert(store_start(&run, NULL, NULL, NULL));
        ck_assert_uint_eq(store_sign(&run, 0, store_known_key(&run)).w[1], 1);
        store_end(&run);
        copy("kept", "0.record");
    }
}
END_TEST

/* Of one party only, from before a hand-over: then two own the block, which is seen. */
START_TEST(rolled_back_behind_a_hand_over)
{
    StoreRun run;
    store_use();
    ck_assert(store_start(&run, NULL, NULL, NULL));
    UcWord kid = store_known_key(&run);
    copy("0.record", "kept");
    UcWord ticket = store_turn(&run, uc_input(1, (UcMessage){ DKM_REQUEST, { kid, 2, 0 } })).w[0];
    UcMessage payload = store_turn(&run, uc_input(0, (UcMessage){ DKM_TRANSFER, { kid, 2, 1, ticket } }));
    store_turn(&run, uc_order(1, (UcMessage){ UC_M_DELIVER, { payload.w[1] } }));
    store_end(&run);
    copy("kept", "0.record");
    store_refused("1.record (of two): own, key ");
    store_refused("overlaps what another party owns");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("writes of a store");
    TCase *c = tcase_create("all");
    tcase_set_timeout(c, 60);
    tcase_add_checked_fixture(c, store_make_folder, store_remove_folder);
    tcase_add_test(c, order_of_writes);
    tcase_add_loop_test(c, a_step_that_fails, 0, G_N_ELEMENTS(steps));
    tcase_add_loop_test(c, a_first_step_that_fails, 0, G_N_ELEMENTS(first_steps));
    tcase_add_test(c, open_to_others);
    tcase_add_test(c, new_folder_open_to_others);
    tcase_add_test(c, of_another_owner);
    tcase_add_test(c, modes_of_files);
    tcase_add_loop_test(c, left_over, 0, G_N_ELEMENTS(left));
    tcase_add_loop_test(c, odd_records, 0, G_N_ELEMENTS(odd));
    tcase_add_test(c, rolled_back);
    tcase_add_test(c, rolled_back_behind_a_hand_over);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
