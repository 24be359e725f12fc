/* Handles are numbers in the order in which bytes were first seen; what a state is must not depend on them. Each run here
 * is made twice, the second time with other bytes in the store before it, or with its own in reverse order, so that every
 * handle is another, and what is known before says nothing: the digests of both worlds must be the same after every turn. A kind of region whose description misses a handle, or takes a
 * number for one, shows here. */
#include <stdlib.h>
#include <string.h>

#include "driver.h"
#include "tests/support/suite.h"

enum { TURNS = 64 };
typedef struct {
    unsigned turns;
    UcDigest digest[TURNS][ENV_WORLDS];
} Digests;
static Digests first, again, *now;

static void note(void)
{
    ck_assert_uint_lt(now->turns, TURNS);
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++)
        now->digest[now->turns][which] = uc_world_digest(env_pair_world(driver_pair(), which));
    now->turns++;
}

/* A number, and the digests after what it came from. */
static UcWord noted(UcWord value)
{
    note();
    return value;
}

static void all_kinds_of_turns(UcStorage storage)
{
    UcWord kid = noted(keygen(0)), other = noted(keygen(1)), ticket = noted(request(1, kid, 4, 0));
    UcWord any = noted(request(1, UC_NONE, 2, 0)), unused = noted(request(2, other, 3, 1));
    UcWord payload = noted(transfer(0, kid, 4, 1, ticket)), second = noted(transfer(0, kid, 2, 1, any));
    deliver(1, payload);
    note();
    sign(0, kid, "one message");
    note();
    sign(1, kid, "another");
    note();
    input(2, (UcMessage){ DKM_CANCEL, { unused } });
    note();
    input(0, (UcMessage){ DKM_RESEND, { 1, ticket } });
    note();
    crash(1, UC_POINT_AFTER);
    deliver(1, second);
    note();
    restart(1);
    note();
    crash(0, UC_POINT_BEFORE);
    sign(0, kid, "lost");
    note();
    restart(0);
    note();
    if (storage == UC_STORAGE_ROLLBACK) {
        restore(2, 1);
        note();
    }
    corrupt(2);
    note();
    deliver(1, text("no payload"));
    note();
    corrupt(0);
    note();
    sign(1, other, "the last");
    note();
}

/* All that a store has, the last first. */
static GPtrArray *strings_of(const UcStore *store)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (UcWord handle = uc_store_count(store); handle > 0; handle--) {
        size_t length;
        const uint8_t *bytes = uc_store_get(store, handle, &length);
        g_ptr_array_add(all, g_bytes_new(bytes, length));
    }
    return all;
}

/* With these strings in the store before anybody writes; what it has in the end. */
static GPtrArray *run(Digests *into, const EnvOptions *o, const GPtrArray *before)
{
    driver_start(o);
    UcStore *store = uc_world_store(env_pair_world(driver_pair(), ENV_IDEAL));
    for (guint i = 0; i < before->len; i++) {
        size_t length;
        const void *bytes = g_bytes_get_data(before->pdata[i], &length);
        uc_store_put(store, bytes, length);
    }
    now = into;
    now->turns = 0;
    all_kinds_of_turns(o->storage);
    GPtrArray *all = strings_of(store);
    driver_stop();
    return all;
}

static GPtrArray *something_else(void)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (unsigned i = 0; i < 1000; i++) {
        char *t = g_strdup_printf("something else, number %u", i);
        g_ptr_array_add(all, g_bytes_new_take(t, strlen(t)));
    }
    return all;
}

START_TEST(a_state_is_its_contents)
{
    static const UcStorage storages[] = { UC_STORAGE_ATOMIC, UC_STORAGE_ROLLBACK, UC_STORAGE_MONOTONIC, UC_STORAGE_TORN };
    EnvOptions o = env_default_options();
    o.crypto_ideal = true;
    o.storage = storages[_i % 4];
    dkm_settings(&o.interface)->reservation = _i % 8 < 4 ? 0 : 4;
    dkm_settings(&o.interface)->trust = _i % 2 ? DKM_TRUST_PAIRWISE : DKM_TRUST_ENCLAVE;
    g_autoptr(GPtrArray) none = g_ptr_array_new(), all = run(&first, &o, none);
    g_autoptr(GPtrArray) before = _i < 8 ? something_else() : g_ptr_array_ref(all);
    g_autoptr(GPtrArray) rest = run(&again, &o, before);
    ck_assert_uint_eq(first.turns, again.turns);
    for (unsigned i = 0; i < first.turns; i++) {
        for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++) {
            UcDigest a = first.digest[i][which], b = again.digest[i][which];
            ck_assert_msg(a.lo == b.lo && a.hi == b.hi, "turn %u, %s world: the digest depends on the handles", i,
                          env_world_name[which]);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("handles");
    TCase *t = tcase_create("what a state is");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_state_is_its_contents, 0, 16);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
