/* The store on disk: processes that are killed at every step of every write, two at once, folders that do not fit. */
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/environments/store_folder.h"
#include "tests/support/suite.h"

enum { BLOCK = 3, SIGNATURES = 2, CHAIN = 40, REFUSED = 3 };

/* ---- a process on the store ---- */

/* What a process tells before it is killed: what has left a party. */
typedef struct {
    uint64_t what; /* DKM_SIGNATURE, DKM_REQUESTED, or 0: index is what the parties hold at the end */
    uint64_t name; /* of the key or the ticket */
    uint64_t index;
} Said;

typedef struct {
    StoreRun run;
    int out;
    unsigned steps, kill_at; /* 0: never */
} Process;

static void kill_at_step(void *data, UcFileStep step)
{
    Process *p = data;
    g_assert(step < UC_FILE_STEPS);
    if (++p->steps == p->kill_at)
        kill(getpid(), SIGKILL);
}

static void say(Process *p, uint64_t what, UcWord name, uint64_t index)
{
    UcStore *store = env_worlds_store(p->run.worlds);
    Said s = { what, name == UC_NONE ? 0 : uc_store_digest(store, name).lo, index };
    if (write(p->out, &s, sizeof s) != sizeof s)
        _exit(REFUSED);
}

static UcMessage turn(Process *p, UcEnvelope write) { return store_turn(&p->run, write); }

static void sign(Process *p, UcWord party, UcWord kid)
{
    UcMessage m = store_sign(&p->run, party, kid);
    if (m.kind == DKM_SIGNATURE)
        say(p, DKM_SIGNATURE, m.w[0], m.w[1]);
}

static void hand_over(Process *p, UcWord kid, UcWord ticket)
{
    UcMessage again = { DKM_RESEND, { 1, ticket } }, first = { DKM_TRANSFER, { kid, BLOCK, 1, ticket } };
    UcMessage payload = turn(p, uc_input(0, again));
    if (payload.kind == DKM_ERROR) /* not sent yet */
        payload = turn(p, uc_input(0, first));
    if (payload.kind == UC_M_PAYLOAD)
        turn(p, uc_order(1, (UcMessage){ UC_M_DELIVER, { payload.w[1] } }));
}

static UcWord open_ticket(Process *p)
{
    DkmTicket t = { .ticket = UC_NONE };
    UcCtx *look = uc_world_look(p->run.world);
    pi_inspector.tickets(look, UC_PARTY_0 + 1, &t, 1);
    g_free(look);
    return t.ticket;
}

static uint64_t held(Process *p, UcWord kid)
{
    uint64_t sum = 0;
    for (uint16_t party = UC_PARTY_0; party < UC_PARTY_0 + 2; party++) {
        DkmInterval block[STORE_CAPACITY];
        UcCtx *look = uc_world_look(p->run.world);
        size_t n = pi_inspector.own(look, party, kid, block, STORE_CAPACITY);
        g_free(look);
        for (size_t i = 0; i < n; i++)
            sum += block[i].b - block[i].a;
    }
    return sum;
}

/* Takes up what an earlier process left, then works: signatures here and there, and a hand-over. */
static void work(Process *p, unsigned signatures)
{
    UcWord kid = store_known_key(&p->run), scheme = uc_store_text(env_worlds_store(p->run.worlds), ((const DkmOptions *)env_worlds_setup(p->run.worlds))->sigma[0]->name);
    if (kid == UC_NONE)
        kid = turn(p, uc_input(0, (UcMessage){ DKM_KEYGEN, { scheme } })).w[0];
    UcWord ticket = open_ticket(p);
    if (ticket == UC_NONE) {
        UcMessage m = turn(p, uc_input(1, (UcMessage){ DKM_REQUEST, { kid, BLOCK, 0 } }));
        ticket = m.w[0];
        if (m.kind == DKM_REQUESTED)
            say(p, DKM_REQUESTED, ticket, 0);
    }
    for (unsigned i = 0; i < signatures; i++)
        sign(p, 0, kid);
    hand_over(p, kid, ticket);
    sign(p, 1, kid);
    say(p, 0, kid, held(p, kid));
}

/* Runs a process that is killed at a step; true if it was. What it said is added. */
static bool run_killed(unsigned kill_at, GArray *said)
{
    int ends[2], status;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        Process p = { .out = ends[1], .kill_at = kill_at };
        close(ends[0]);
        if (!store_start(&p.run, kill_at_step, &p, NULL))
            _exit(REFUSED);
        work(&p, SIGNATURES);
        _exit(0);
    }
    close(ends[1]);
    Said s;
    while (read(ends[0], &s, sizeof s) == sizeof s)
        g_array_append_val(said, s);
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    ck_assert_msg(killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0), "step %u: wait status %d", kill_at, status);
    return killed;
}

static unsigned check_said(const GArray *said, unsigned kills)
{
    unsigned released = 0;
    const Said *last = NULL;
    for (guint i = 0; i < said->len; i++) {
        const Said *a = &g_array_index(said, Said, i);
        released += a->what == DKM_SIGNATURE;
        last = a->what == 0 ? a : last;
        for (guint j = 0; j < i && a->what; j++) {
            const Said *b = &g_array_index(said, Said, j);
            ck_assert_msg(memcmp(a, b, sizeof *a), "%s released twice after %u kills: index %u",
                          a->what == DKM_SIGNATURE ? "an index" : "a ticket", kills, (unsigned)a->index);
            ck_assert_msg(a->what != DKM_SIGNATURE || b->what != DKM_SIGNATURE || a->name == b->name, "a second key");
        }
    }
    ck_assert_ptr_nonnull(last);
    uint64_t known = last->index + released;
    ck_assert_msg(known <= STORE_CAPACITY && known + kills >= STORE_CAPACITY, "%u kills: %u of %u indices are held or released", kills,
                  (unsigned)known, STORE_CAPACITY);
    return released;
}

START_TEST(killed_at_every_step)
{
    unsigned kills = 0;
    for (bool killed = true; killed; kills += killed) {
        g_autoptr(GArray) said = g_array_new(FALSE, FALSE, sizeof(Said));
        store_clear_folder();
        killed = run_killed(kills + 1, said);
        ck_assert(!run_killed(0, said));
        check_said(said, killed);
    }
    printf("SIGKILL points tried, one a store: %u\n", kills);
    ck_assert_uint_gt(kills, 60);
}
END_TEST

/* One store under many kills: each process gets as far as the next step, so that every step follows every other. */
START_TEST(killed_again_and_again)
{
    g_autoptr(GArray) said = g_array_new(FALSE, FALSE, sizeof(Said));
    unsigned kills = 0;
    store_clear_folder();
    for (unsigned i = 0; i < CHAIN; i++)
        kills += run_killed(1 + i * 7 % 13, said);
    ck_assert(!run_killed(0, said));
    printf("SIGKILL points tried, one after the other: %u\n", kills);
    ck_assert_uint_eq(kills, CHAIN);
    check_said(said, kills);
}
END_TEST

/* ---- folders that do not fit ---- */

static void use_once(void)
{
    g_autoptr(GArray) said = g_array_new(FALSE, FALSE, sizeof(Said));
    store_clear_folder();
    ck_assert(!run_killed(0, said));
}

START_TEST(two_processes)
{
    use_once();
    StoreRun p, after;
    ck_assert(store_start(&p, NULL, NULL, NULL));
    ck_assert(uc_filestore_was_used(p.files));
    store_refused("locked: another process works on it");
    store_end(&p);
    ck_assert(store_start(&after, NULL, NULL, NULL));
    store_end(&after);
}
END_TEST

START_TEST(foreign_folder)
{
    store_clear_folder();
    g_autofree char *thesis = store_path("thesis.tex"), *lock = store_path("lock"), *marker = store_path("store");
    ck_assert(g_file_set_contents(thesis, "x", 1, NULL));
    store_refused("not empty and not a store of this program");
    ck_assert(!g_file_test(lock, G_FILE_TEST_EXISTS));
    ck_assert(g_file_set_contents(marker, "shop\n", -1, NULL));
    store_refused("not of this program");
    store_clear_folder();
    use_once();
    ck_assert(g_file_set_contents(marker, "ucsim store 2\n00\nready\n", -1, NULL));
    store_refused("edited: expected 64 hex digits in line 2");
}
END_TEST

/* Every byte of a record, changed or cut off, is found out, and the file stays as it was. */
START_TEST(damaged_records)
{
    use_once();
    g_autofree char *path = store_path("0.record"), *other = store_path("1.record"), *good = NULL, *left = NULL;
    size_t length, now;
    ck_assert(g_file_get_contents(path, &good, &length, NULL));
    for (size_t i = 0; i < length; i += 5) {
        g_autofree char *bad = g_memdup2(good, length);
        bad[i] = (char)(bad[i] ^ 1);
        ck_assert(g_file_set_contents(path, bad, (gssize)length, NULL));
        store_refused("record");
        ck_assert(g_file_set_contents(path, good, (gssize)i, NULL));
        store_refused("record");
    }
    ck_assert(g_file_get_contents(path, &left, &now, NULL));
    ck_assert_uint_lt(now, length);
    ck_assert(g_file_set_contents(other, good, (gssize)length, NULL));
    ck_assert(g_file_set_contents(path, good, (gssize)length, NULL));
    store_refused("foreign record: of another party");
    g_unlink(other);
    store_refused("1.record (of two): missing");
}
END_TEST

/* In a child: without rights, or on a disk that takes no more. */
static int in_child(void (*body)(void))
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        body();
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void as_nobody(void)
{
    if (getuid() == 0 && setuid(65534))
        _exit(REFUSED);
    StoreRun p;
    GError *error = NULL;
    if (store_start(&p, NULL, NULL, &error) || !strstr(error->message, "Permission denied"))
        _exit(REFUSED);
}

START_TEST(read_only_folder)
{
    store_clear_folder();
    ck_assert_int_eq(g_chmod(store_folder, 0555), 0);
    ck_assert(getuid() || !chown(store_folder, 65534, 65534));
    ck_assert_int_eq(in_child(as_nobody), 0);
    ck_assert_int_eq(g_chmod(store_folder, 0700), 0);
}
END_TEST

/* The write of a signature's record fails: nothing leaves the party, the run stops. */
static void on_a_full_disk(void)
{
    StoreRun p;
    if (!store_start(&p, NULL, NULL, NULL))
        _exit(REFUSED);
    UcWord kid = store_known_key(&p);
    struct rlimit none = { 100, 100 };
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &none);
    UcMessage m = store_sign(&p, 0, kid);
    if (m.kind != UC_M_EMPTY || !strstr(uc_world_why(p.world), "the record of one cannot be written: File too large"))
        _exit(REFUSED);
}

START_TEST(full_disk)
{
    use_once();
    g_autofree char *path = store_path("0.record"), *before = NULL, *after = NULL;
    size_t a, b;
    ck_assert(g_file_get_contents(path, &before, &a, NULL));
    ck_assert_int_eq(in_child(on_a_full_disk), 0);
    ck_assert(g_file_get_contents(path, &after, &b, NULL));
    ck_assert(a == b && !memcmp(before, after, a));
}
END_TEST

START_TEST(options_that_do_not_go_with_it)
{
    EnvOptions o = store_options();
    GError *error = NULL;
    o.storage = UC_STORAGE_ROLLBACK;
    ck_assert_ptr_null(env_disk_open(&o, store_folder, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "the disk is the storage"));
    g_clear_error(&error);
    o = store_options();
    o.torture = true;
    ck_assert_ptr_null(env_disk_open(&o, store_folder, &error));
    g_clear_error(&error);
    o = store_options();
    dkm_settings(&o.interface)->seal_real = false;
    ck_assert_ptr_null(env_disk_open(&o, store_folder, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "expected crypto = 'real'"));
    g_clear_error(&error);
    use_once();
    o = store_options();
    env_seed(2, o.seed);
    ck_assert_ptr_null(env_disk_open(&o, store_folder, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "of another set-up"));
    g_clear_error(&error);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store on disk");
    TCase *c = tcase_create("all");
    tcase_set_timeout(c, 60);
    tcase_add_checked_fixture(c, store_make_folder, store_remove_folder);
    tcase_add_test(c, killed_at_every_step);
    tcase_add_test(c, killed_again_and_again);
    tcase_add_test(c, two_processes);
    tcase_add_test(c, foreign_folder);
    tcase_add_test(c, damaged_records);
    tcase_add_test(c, read_only_folder);
    tcase_add_test(c, full_disk);
    tcase_add_test(c, options_that_do_not_go_with_it);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
