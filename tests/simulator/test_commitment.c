/* The commitment triple: the same engine, another functionality. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "commitment.h"

static ComPair pair;

static void set_up(void) { com_pair_init(&pair, (ComConfig){ false }); }
static void set_up_broken(void) { com_pair_init(&pair, (ComConfig){ true }); }
static void tear_down(void) { com_pair_clear(&pair); }

static UcWord text(const char *t) { return uc_store_text(pair.store, t); }

static UcMessage same(uint16_t to, uint16_t peer, UcMessage m)
{
    UcMessage reply = com_turn(&pair, to, peer, m);
    ck_assert_msg(pair.lock.last.verdict == UC_INDISTINGUISHABLE, "%s: %s", uc_verdict_name[pair.lock.last.verdict], pair.lock.last.why);
    return reply;
}

static UcMessage commit(UcWord from, UcWord to, const char *t)
{
    return same(uc_party(from), 0, (UcMessage){ COM_COMMIT, { to, text(t) } });
}
static UcMessage open_to(UcWord from, UcWord to) { return same(uc_party(from), 0, (UcMessage){ COM_OPEN, { to } }); }
static UcMessage deliver(UcWord to, UcWord bytes) { return same(UC_A, uc_party(to), (UcMessage){ UC_M_DELIVER, { bytes } }); }

/* The same payload with the last byte changed. */
static UcWord altered(UcWord payload)
{
    size_t n;
    const uint8_t *bytes = uc_store_get(pair.store, payload, &n);
    g_autofree uint8_t *copy = g_memdup2(bytes, n);
    copy[n - 1] ^= 1;
    return uc_store_put(pair.store, copy, n);
}

START_TEST(commit_then_open)
{
    UcMessage c = commit(0, 1, "heads");
    ck_assert_uint_eq(c.kind, UC_M_PAYLOAD);
    ck_assert_uint_eq(deliver(1, c.w[1]).kind, COM_RECEIPT);
    ck_assert_uint_eq(deliver(1, c.w[1]).kind, UC_M_EMPTY); /* replayed */
    ck_assert_uint_eq(deliver(2, c.w[1]).kind, UC_M_EMPTY); /* redirected */
    UcMessage o = open_to(0, 1);
    UcMessage opened = deliver(1, o.w[1]);
    ck_assert_uint_eq(opened.kind, COM_OPENED);
    ck_assert_uint_eq(opened.w[1], text("heads"));
    ck_assert_uint_eq(deliver(1, o.w[1]).kind, UC_M_EMPTY);
}
END_TEST

START_TEST(errors_and_forgeries)
{
    ck_assert_uint_eq(open_to(0, 1).kind, COM_ERROR);
    ck_assert_uint_eq(commit(0, 0, "self").kind, COM_ERROR);
    ck_assert_uint_eq(commit(0, 9, "nobody").kind, COM_ERROR);
    UcMessage c = commit(0, 1, "heads");
    ck_assert_uint_eq(commit(0, 1, "tails").kind, COM_ERROR);
    ck_assert_uint_eq(deliver(1, altered(c.w[1])).kind, UC_M_EMPTY);
    ck_assert_uint_eq(deliver(1, text("junk")).kind, UC_M_EMPTY);
    ck_assert_uint_eq(deliver(1, text("")).kind, UC_M_EMPTY);
    ck_assert_uint_eq(deliver(1, c.w[1]).kind, COM_RECEIPT);
    UcMessage o = open_to(0, 1);
    ck_assert_uint_eq(deliver(1, altered(o.w[1])).kind, UC_M_EMPTY);
    ck_assert_uint_eq(deliver(1, o.w[1]).w[1], text("heads"));
}
END_TEST

START_TEST(broken_protocol_is_told_apart)
{
    UcMessage c = commit(0, 1, "heads");
    deliver(1, c.w[1]);
    UcMessage o = open_to(0, 1);
    UcMessage lie = com_turn(&pair, UC_A, uc_party(1), (UcMessage){ UC_M_DELIVER, { altered(o.w[1]) } });
    ck_assert_uint_eq(lie.kind, COM_OPENED);
    ck_assert_uint_ne(lie.w[1], text("heads"));
    ck_assert_int_eq(pair.lock.last.verdict, UC_DISTINGUISHED);
}
END_TEST

/* Without an open input F does not open, whatever the simulator asks for. */
START_TEST(simulation_can_fail)
{
    UcMessage c = commit(0, 1, "heads");
    deliver(1, c.w[1]);
    uint8_t forged[] = { 'O', 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 'x' };
    com_turn(&pair, UC_A, uc_party(1), (UcMessage){ UC_M_DELIVER, { uc_store_put(pair.store, forged, sizeof forged) } });
    ck_assert(pair.lock.last.verdict == UC_DISTINGUISHED || pair.lock.last.verdict == UC_SIMULATION_FAILED);
    ck_assert_msg(strstr(uc_world_why(pair.lock.world[1]), "not being opened") != NULL, "%s", uc_world_why(pair.lock.world[1]));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("commitment triple");
    TCase *good = tcase_create("good"), *broken = tcase_create("broken");
    tcase_add_checked_fixture(good, set_up, tear_down);
    tcase_add_test(good, commit_then_open);
    tcase_add_test(good, errors_and_forgeries);
    tcase_add_checked_fixture(broken, set_up_broken, tear_down);
    tcase_add_test(broken, broken_protocol_is_told_apart);
    tcase_add_test(broken, simulation_can_fail);
    suite_add_tcase(suite, good);
    suite_add_tcase(suite, broken);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
