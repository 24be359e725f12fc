/* Storage models, reservation, corruption and trust, both worlds in lock step. */
#include <stdlib.h>

#include "tests/environments/driver.h"
#include "tests/support/suite.h"

static EnvOptions options(void)
{
    EnvOptions o = env_default_options();
    o.crypto_ideal = true;
    o.torture = true;
    return o;
}

static void start_with_storage(UcStorage storage)
{
    EnvOptions o = options();
    o.storage = storage;
    driver_start(&o);
}

/* The rule breaks at the restart already; the views differ when the index is used again. */
static void restart_breaks(UcWord party, const char *rule)
{
    UcComparison c = verdict(uc_order(party, (UcMessage){ UC_M_RESTART, { 0 } }));
    ck_assert_uint_eq(c.verdict, UC_INVARIANT_BROKEN);
    ck_assert(uc_world_breaks(env_pair_world(driver_pair(), ENV_REAL), rule));
}

START_TEST(rollback_is_distinguished)
{
    start_with_storage(UC_STORAGE_ROLLBACK);
    UcWord kid = keygen(0);
    sign(0, kid, "a");
    restore(0, 1); /* right after keygen */
    ck_assert_uint_eq(sign(0, kid, "b").kind, UC_M_EMPTY);
    restart_breaks(0, "I4");
    driver_stop();
}
END_TEST

START_TEST(restore_needs_a_snapshot_and_a_storage_model)
{
    start_with_storage(UC_STORAGE_ROLLBACK);
    UcWord kid = keygen(0);
    restore(0, 7);
    ck_assert_uint_eq(sign(0, kid, "still up").kind, DKM_SIGNATURE);
    driver_stop();
    start_with_storage(UC_STORAGE_ATOMIC);
    kid = keygen(0);
    restore(0, 1);
    ck_assert_uint_eq(sign(0, kid, "still up").kind, DKM_SIGNATURE);
    driver_stop();
}
END_TEST

START_TEST(monotonic_counter_disables)
{
    start_with_storage(UC_STORAGE_MONOTONIC);
    UcWord kid = keygen(0);
    sign(0, kid, "a");
    crash(0, UC_POINT_NOW);
    restart(0);
    ck_assert_uint_eq(sign(0, kid, "b").w[1], 1); /* an honest restart costs nothing */
    restore(0, 1);
    restart(0);
    ck_assert_uint_eq(sign(0, kid, "c").kind, UC_M_EMPTY);
    kid = keygen(1);
    crash(1, UC_POINT_BETWEEN);
    ck_assert_uint_eq(sign(1, kid, "d").kind, UC_M_EMPTY);
    restart(1);
    ck_assert_uint_eq(sign(1, kid, "e").kind, UC_M_EMPTY); /* a lost counter step costs the module */
    driver_stop();
}
END_TEST

START_TEST(torn_records_are_found_out)
{
    start_with_storage(UC_STORAGE_TORN);
    UcWord kid = keygen(0), used = 0, given = 0, all = status(0, kid).w[2];
    for (UcPoint p = UC_POINT_TORN_HEAD; p <= UC_POINT_TORN_TAIL; p++) {
        for (int i = 0; i < 3; i++) {
            UcWord ticket = request(1, kid, 1, 0);
            crash(0, p);
            ck_assert_uint_eq(sign(0, kid, "a").kind, UC_M_EMPTY);
            restart(0);
            ck_assert_uint_eq(sign(0, kid, "b").w[1], used++); /* the torn write took no index */
            crash(0, p);
            ck_assert_uint_eq(input(0, (UcMessage){ DKM_TRANSFER, { kid, 1, 1, ticket } }).kind, UC_M_EMPTY);
            restart(0);
            ck_assert_uint_eq(deliver(1, transfer(0, kid, 1, 1, ticket)).w[4], all - given++); /* nor a block */
            ck_assert_uint_eq(status(0, kid).w[2], all - used - given);
        }
    }
    driver_stop();
}
END_TEST

START_TEST(lost_writes_are_distinguished)
{
    static const UcStorage model[] = { UC_STORAGE_CACHE, UC_STORAGE_LYING };
    for (int i = 0; i < 2; i++) {
        start_with_storage(model[i]);
        UcWord kid = keygen(0);
        sign(0, kid, "a");
        sign(0, kid, "b");
        crash_losing(0, 1);
        restart_breaks(0, "I4");
        driver_stop();
    }
    start_with_storage(UC_STORAGE_CACHE);
    UcWord kid = keygen(0);
    sign(0, kid, "a");
    sign(0, kid, "b");
    sign(0, kid, "c");
    crash_losing(0, 3); /* more than the cache holds: refused */
    ck_assert_uint_eq(sign(0, kid, "d").w[1], 3);
    crash(0, UC_POINT_REORDER); /* one record: the later write carries everything */
    restart(0);
    ck_assert_uint_eq(sign(0, kid, "e").w[1], 4);
    driver_stop();
}
END_TEST

START_TEST(reservation_burns_at_most_the_window)
{
    for (UcPoint p = UC_POINT_NOW; p <= UC_POINT_AFTER; p++) {
        EnvOptions o = options();
        dkm_settings(&o.interface)->reservation = 3;
        driver_start(&o);
        UcWord kid = keygen(0);
        ck_assert_uint_eq(sign(0, kid, "a").w[1], 0);
        ck_assert_uint_eq(sign(0, kid, "b").w[1], 1);
        ck_assert_uint_eq(status(0, kid).w[2], 30);
        UcWord ticket = request(1, kid, 30, 0); /* takes what is reserved too */
        UcWord payload = transfer(0, kid, 30, 1, ticket);
        ck_assert_uint_eq(deliver(1, payload).kind, DKM_RECEIVED);
        ck_assert_uint_eq(sign(0, kid, "c").w[0], DKM_EXHAUSTED);
        sign(1, kid, "d");
        crash(1, p);
        for (int i = 0; i < 5; i++)
            sign(1, kid, "e");
        UcWord before = 30;
        restart(1);
        UcWord left = status(1, kid).w[2];
        ck_assert(left <= before && left + 5 + 1 + 3 + 3 >= before);
        for (UcWord i = 0; i < left; i++)
            ck_assert_uint_eq(sign(1, kid, "f").kind, DKM_SIGNATURE);
        ck_assert_uint_eq(sign(1, kid, "g").w[0], DKM_EXHAUSTED);
        driver_stop();
    }
}
END_TEST

START_TEST(corruption_matches)
{
    for (int trust = 0; trust < DKM_TRUSTS; trust++) {
        EnvOptions o = options();
        dkm_settings(&o.interface)->trust = (DkmTrust)trust;
        driver_start(&o);
        UcWord kid = keygen(0), ticket = request(1, kid, 4, 0);
        UcWord payload = transfer(0, kid, 4, 1, ticket);
        sign(0, kid, "a");
        corrupt(0);
        ck_assert_uint_eq(input(0, (UcMessage){ DKM_SIGN, { kid, text("b") } }).kind, DKM_SIGN); /* A gets inputs */
        ck_assert_uint_eq(order(0, (UcMessage){ DKM_VERIFIED, { 1 } }).kind, DKM_VERIFIED);      /* and speaks */
        ck_assert_uint_eq(deliver(1, payload).kind, DKM_RECEIVED); /* made while it was honest */
        ck_assert_uint_eq(sign(1, kid, "c").kind, DKM_SIGNATURE);
        UcMessage who = same((UcEnvelope){ UC_Z, UC_Z, 0, { UC_M_CORRUPTED, { 0 } } });
        size_t n;
        uc_store_get(env_worlds_store(driver_worlds()), who.w[0], &n);
        ck_assert_uint_eq(n, 4);
        crash(2, UC_POINT_NOW);
        corrupt(2); /* down: what lies on its storage */
        order(2, (UcMessage){ UC_M_CORRUPT, { 0 } });
        driver_stop();
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults");
    TCase *t = tcase_create("faults");
    tcase_add_test(t, rollback_is_distinguished);
    tcase_add_test(t, restore_needs_a_snapshot_and_a_storage_model);
    tcase_add_test(t, monotonic_counter_disables);
    tcase_add_test(t, torn_records_are_found_out);
    tcase_add_test(t, lost_writes_are_distinguished);
    tcase_add_test(t, reservation_burns_at_most_the_window);
    tcase_add_test(t, corruption_matches);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
