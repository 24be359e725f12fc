/* The two worlds in lock step, driven from C: a hand-over, faults, errors, replays. */
#include <stdlib.h>

#include "tests/environments/driver.h"
#include "tests/support/suite.h"

static void set_up_with(bool ideal_crypto)
{
    EnvOptions o = env_default_options();
    o.crypto_ideal = ideal_crypto;
    o.torture = true;
    driver_start(&o);
}

static void set_up_ideal(void) { set_up_with(true); }
static void set_up_real(void) { set_up_with(false); }

START_TEST(hand_over)
{
    UcWord kid = keygen(0), ticket = request(1, kid, 4, 0), payload = transfer(0, kid, 4, 1, ticket);
    UcMessage m = deliver(1, payload);
    ck_assert_uint_eq(m.kind, DKM_RECEIVED);
    ck_assert_uint_eq(m.w[3], 28);
    ck_assert_uint_eq(m.w[4], 32);
    ck_assert_uint_eq(deliver(1, payload).kind, UC_M_EMPTY); /* replayed */
    ck_assert_uint_eq(deliver(2, payload).kind, UC_M_EMPTY); /* redirected */
    ck_assert_uint_eq(deliver(0, payload).kind, UC_M_EMPTY); /* reflected */
    ck_assert_uint_eq(sign(1, kid, "firmware 1.0").w[1], 28);
    ck_assert_uint_eq(sign(0, kid, "firmware 1.0").w[1], 0);
    ck_assert_uint_eq(status(0, kid).w[2], 27);
    ck_assert_uint_eq(status(1, kid).w[2], 3);
    ck_assert_uint_eq(status(2, kid).w[0], DKM_UNKNOWN_KEY);
}
END_TEST

START_TEST(crash_points)
{
    UcWord kid = keygen(0);
    for (UcPoint point = UC_POINT_NOW; point <= UC_POINT_AFTER; point++) {
        UcWord ticket = request(1, UC_NONE, 2, 0);
        crash(0, point);
        UcMessage m = input(0, (UcMessage){ DKM_TRANSFER, { kid, 2, 1, ticket } });
        if (m.kind == UC_M_PAYLOAD)
            deliver(1, m.w[1]);
        sign(0, kid, "a");
        restart(0);
        sign(0, kid, "b");
        status(0, kid);
        crash(0, point);
        sign(0, kid, "c");
        restart(0);
        crash(1, point);
        m = input(1, (UcMessage){ DKM_REQUEST, { kid, 1, 0 } });
        restart(1);
        if (m.kind == DKM_REQUESTED) {
            UcWord payload = transfer(0, kid, 1, 1, m.w[0]);
            crash(1, point);
            deliver(1, payload);
            restart(1);
            deliver(1, payload);
        }
        status(1, kid);
        status(0, kid);
    }
}
END_TEST

START_TEST(errors_come_in_order)
{
    UcWord kid = keygen(0), ticket = request(1, kid, 1, 0), junk = text("junk");
    struct {
        UcWord party;
        UcMessage m;
        DkmError error;
    } row[] = {
        { 0, { DKM_KEYGEN, { junk } }, DKM_NOT_SUPPORTED },
        { 0, { DKM_REQUEST, { kid, 0, 0 } }, DKM_NO_SUCH_PARTY },
        { 0, { DKM_REQUEST, { kid, 0, 7 } }, DKM_NO_SUCH_PARTY },
        { 0, { DKM_REQUEST, { kid, 0, 1 } }, DKM_BAD_COUNT },
        { 0, { DKM_REQUEST, { kid, (UcWord)-1, 1 } }, DKM_BAD_COUNT },
        { 0, { DKM_REQUEST, { kid, 0x80000000u, 1 } }, DKM_BAD_COUNT },
        { 0, { DKM_CANCEL, { ticket } }, DKM_NO_SUCH_TICKET },
        { 1, { DKM_TRANSFER, { kid, 1, 1, ticket } }, DKM_UNKNOWN_KEY },
        { 0, { DKM_TRANSFER, { kid, 0, 0, ticket } }, DKM_NO_SUCH_PARTY },
        { 0, { DKM_TRANSFER, { kid, 0, 1, ticket } }, DKM_BAD_COUNT },
        { 0, { DKM_TRANSFER, { kid, 1, 1, junk } }, DKM_BAD_TICKET },
        { 0, { DKM_TRANSFER, { kid, 33, 1, ticket } }, DKM_INSUFFICIENT },
        { 0, { DKM_RESEND, { 1, ticket } }, DKM_NO_SUCH_TRANSFER },
        { 1, { DKM_SIGN, { kid, junk } }, DKM_UNKNOWN_KEY },
        { 1, { DKM_STATUS, { junk } }, DKM_UNKNOWN_KEY },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        UcMessage m = input(row[i].party, row[i].m);
        ck_assert_uint_eq(m.kind, DKM_ERROR);
        ck_assert_msg(m.w[0] == row[i].error, "row %zu: %s", i, dkm_error_name[m.w[0]]);
    }
    transfer(0, kid, 1, 1, ticket);
    ck_assert_uint_eq(input(0, (UcMessage){ DKM_TRANSFER, { kid, 1, 1, ticket } }).w[0], DKM_TICKET_USED);
    ck_assert_uint_eq(input(0, (UcMessage){ DKM_RESEND, { 1, ticket } }).kind, UC_M_PAYLOAD);
    ck_assert_uint_eq(input(1, (UcMessage){ DKM_CANCEL, { ticket } }).kind, DKM_CANCELLED);
}
END_TEST

START_TEST(signatures_verify)
{
    UcMessage key = input(0, (UcMessage){ DKM_KEYGEN, { text(((const DkmOptions *)env_worlds_setup(driver_worlds()))->sigma[0]->name) } });
    UcMessage s = sign(0, key.w[0], "m");
    ck_assert_uint_eq(s.kind, DKM_SIGNATURE);
    ck_assert_uint_eq(input(2, (UcMessage){ DKM_VERIFY, { key.w[1], text("m"), s.w[2] } }).w[0], 1);
    ck_assert_uint_eq(input(2, (UcMessage){ DKM_VERIFY, { key.w[1], text("n"), s.w[2] } }).w[0], 0);
    ck_assert_uint_eq(input(2, (UcMessage){ DKM_VERIFY, { key.w[1], text("m"), text("junk") } }).w[0], 0);
    for (int i = 1; i < 32; i++)
        sign(0, key.w[0], "more");
    ck_assert_uint_eq(sign(0, key.w[0], "m").w[0], DKM_EXHAUSTED);
}
END_TEST

/* A second run over the same trees makes none, and is the same run. */
START_TEST(runs_share_trees)
{
    EnvOptions o = env_default_options();
    size_t bytes[3];
    o.shared = env_shared_new();
    for (uint64_t run = 0; run < 3; run++) {
        driver_stop();
        env_seed(run < 2 ? 1 : 2, o.seed);
        driver_start(&o);
        ck_assert_uint_eq(sign(0, keygen(0), "m").kind, DKM_SIGNATURE);
        bytes[run] = sig_cache_bytes(env_shared_of(o.shared, o.triple));
    }
    ck_assert_uint_gt(bytes[0], 32 * 32);
    ck_assert_uint_eq(bytes[1], bytes[0]);
    ck_assert_uint_eq(bytes[2], 2 * bytes[0]); /* another seed, another key */
    driver_stop();
    env_shared_free(o.shared);
    set_up_real();
}
END_TEST

/* A schedule may say "none" where bytes are asked for: then there is nothing to sign, in both worlds, in every state. */
START_TEST(no_bytes_are_not_signed)
{
    UcWord kid = keygen(0);
    ck_assert_uint_eq(input(0, (UcMessage){ DKM_SIGN, { kid, UC_NONE } }).kind, UC_M_EMPTY);
    crash(0, (UcPoint)_i);
    ck_assert_uint_eq(input(0, (UcMessage){ DKM_SIGN, { kid, UC_NONE } }).kind, UC_M_EMPTY);
    UcMessage signature = sign(0, kid, "");
    if (signature.kind == DKM_SIGNATURE)
        ck_assert_uint_eq(signature.w[1], 0);
    restart(0);
    ck_assert_uint_eq(input(1, (UcMessage){ DKM_SIGN, { kid, UC_NONE } }).kind, UC_M_EMPTY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("two worlds");
    TCase *ideal = tcase_create("crypto ideal"), *real = tcase_create("crypto real");
    tcase_add_checked_fixture(ideal, set_up_ideal, driver_stop);
    tcase_add_checked_fixture(real, set_up_real, driver_stop);
    TCase *both[] = { ideal, real };
    for (int i = 0; i < 2; i++) {
        tcase_add_test(both[i], hand_over);
        tcase_add_test(both[i], crash_points);
        tcase_add_test(both[i], errors_come_in_order);
        tcase_add_test(both[i], signatures_verify);
        tcase_add_loop_test(both[i], no_bytes_are_not_signed, UC_POINT_NOW, UC_POINT_BETWEEN + 1);
        suite_add_tcase(suite, both[i]);
    }
    tcase_add_test(real, runs_share_trees);
    return run_suite(suite);
}
