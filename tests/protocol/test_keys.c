/* F_KEYS: no two pairs of members, and no two enclaves, have a sealing key in common, however alike they are written. */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/ticketed/keys.h"
#include "tests/support/suite.h"

static const uint8_t seed[UC_SEED_BYTES] = { 7 };
static GHashTable *whose; /* key bytes -> char *, what it is of */

static void set_up(void) { whose = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, g_free); }
static void tear_down(void) { g_hash_table_unref(whose); }

static void is_new(const uint8_t key[SEAL_KEY_BYTES], char *of)
{
    GBytes *bytes = g_bytes_new(key, SEAL_KEY_BYTES);
    const char *other = g_hash_table_lookup(whose, bytes);
    ck_assert_msg(!other, "%s and %s have one key", other, of);
    g_hash_table_insert(whose, bytes, of);
}

static void pair_is_new(const char *enclave, uint32_t one, uint32_t other)
{
    uint8_t key[SEAL_KEY_BYTES], turned[SEAL_KEY_BYTES];
    keys_pair(seed, enclave, one, other, key);
    keys_pair(seed, enclave, other, one, turned);
    ck_assert_mem_eq(key, turned, sizeof key);
    is_new(key, g_strdup_printf("(%u, %u) in \"%s\"", one, other, enclave));
}

static void master_is_new(const char *enclave)
{
    uint8_t key[SEAL_KEY_BYTES];
    keys_master(seed, enclave, key);
    is_new(key, g_strdup_printf("enclave \"%s\"", enclave));
}

/* 0 to 129, where the digits of two numbers in a row are ambiguous often; and numbers beyond a byte, two bytes and a sign. */
START_TEST(pairs_share_no_key)
{
    enum { SMALL = 130 };
    static const uint32_t large[] = { 255, 256, 257, 384, 1112, 1211, 65535, 65536, 65537, 0x7fffffff, 0x80000000, 0x80000001,
                                      0xfffffffe, 0xffffffff };
    uint32_t number[SMALL + G_N_ELEMENTS(large)];
    for (uint32_t i = 0; i < SMALL; i++)
        number[i] = i;
    memcpy(number + SMALL, large, sizeof large);
    for (size_t i = 0; i < G_N_ELEMENTS(number); i++) {
        for (size_t j = i; j < G_N_ELEMENTS(number); j++)
            pair_is_new("enclave", number[i], number[j]);
    }
    ck_assert_uint_eq(g_hash_table_size(whose), G_N_ELEMENTS(number) * (G_N_ELEMENTS(number) + 1) / 2);
}
END_TEST

/* What one name has and another has not: nothing at all, an end, a beginning, a case, a separator, the words that keys.c uses. */
static const char *const alike[] = {
    "", " ", "p", "pr", "pro", "prod", "prod1", "prod2", "prod11", "prod12", "prod 1", "prod 11", "prod1 ", " prod1", "1prod",
    "Prod", "PROD", "prod/", "prod/1", "prod|1", "prod:1", "prod,1", "prod.1", "prod-1", "prod_1", "prod\t", "prod\n", "prod\r",
    "prod\x01", "prod\x7f", "prod\xc3\xa9", "prod\xc3\xa8", "prode\xcc\x81", "master", "keys", "keysprod", "prodmaster",
    "prod master", "pair 0 1", "prodpair 0 1", "prod pair 0 1", "0", "1", "00", "01",
};

START_TEST(enclaves_share_no_key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(alike); i++) {
        master_is_new(alike[i]);
        pair_is_new(alike[i], 0, 1);
        pair_is_new(alike[i], 1, 11);
        pair_is_new(alike[i], 11, 1111);
    }
    for (size_t length = 1; length <= 300; length++) { /* of one letter, and of one with another at its end and at its beginning */
        g_autofree char *name = g_strnfill(length, 'x');
        master_is_new(name);
        name[length - 1] = 'y';
        master_is_new(name);
        if (length == 1)
            continue;
        name[length - 1] = 'x';
        name[0] = 'y';
        master_is_new(name);
    }
}
END_TEST

START_TEST(the_same_seed_gives_the_same)
{
    uint8_t key[SEAL_KEY_BYTES], again[SEAL_KEY_BYTES], another[UC_SEED_BYTES] = { 8 };
    keys_master(seed, "prod", key);
    keys_master(seed, "prod", again);
    ck_assert_mem_eq(key, again, sizeof key);
    keys_master(another, "prod", again);
    ck_assert(memcmp(key, again, sizeof key) != 0);
    keys_pair(seed, "prod", 0, 1, key);
    keys_pair(another, "prod", 0, 1, again);
    ck_assert(memcmp(key, again, sizeof key) != 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sealing keys");
    TCase *t = tcase_create("keys");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, pairs_share_no_key);
    tcase_add_test(t, enclaves_share_no_key);
    tcase_add_test(t, the_same_seed_gives_the_same);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
