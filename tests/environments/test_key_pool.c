/* Keys from a pool, for many runs: so many, all of them drawn, a function of the base seed, and none without one. */
#include <string.h>

#include "environments/worlds/worlds.h"
#include "functionality/dkm/interface.h"
#include "tests/support/suite.h"

enum { DRAWN = 64 };

static EnvWorlds *made(bool ideal)
{
    EnvOptions o = env_default_options();
    dkm_settings(&o.interface)->scheme = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W1"; /* the quickest */
    o.crypto_ideal = ideal;
    EnvWorlds *worlds = env_worlds_new(&o, NULL);
    ck_assert_ptr_nonnull(worlds);
    return worlds;
}

/* The different seeds that coins come to, in the order in which they came. */
static GPtrArray *drawn(EnvWorlds *worlds)
{
    const DkmOptions *options = env_worlds_setup(worlds);
    Sigma *sigma = options->sigma[0];
    GPtrArray *seen = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (int i = 0; i < DRAWN; i++) {
        g_autofree uint8_t *coins = g_malloc(sigma->seed_size);
        memset(coins, i, sigma->seed_size);
        sigma_draw(sigma, coins);
        g_autoptr(GBytes) seed = g_bytes_new(coins, sigma->seed_size);
        if (!g_ptr_array_find_with_equal_func(seen, seed, g_bytes_equal, NULL))
            g_ptr_array_add(seen, g_bytes_ref(seed));
    }
    return seen;
}

static GPtrArray *drawn_from_pool(unsigned base, unsigned count)
{
    uint8_t seed[UC_SEED_BYTES];
    g_autoptr(EnvWorlds) worlds = made(false);
    GError *error = NULL;
    env_seed(base, seed);
    ck_assert_msg(env_worlds_key_pool(worlds, seed, count, &error), "%s", error ? error->message : "");
    return drawn(worlds);
}

START_TEST(so_many_keys)
{
    static const unsigned count[] = { 0, 1, 2, 3, 5 };
    for (size_t i = 0; i < G_N_ELEMENTS(count); i++) {
        g_autoptr(GPtrArray) seeds = drawn_from_pool(1, count[i]);
        ck_assert_uint_eq(seeds->len, count[i] ? count[i] : DRAWN);
    }
}
END_TEST

START_TEST(a_function_of_the_base_seed)
{
    g_autoptr(GPtrArray) one = drawn_from_pool(1, 4), again = drawn_from_pool(1, 4), other = drawn_from_pool(2, 4);
    for (guint i = 0; i < 4; i++) {
        ck_assert(g_bytes_equal(one->pdata[i], again->pdata[i]));
        ck_assert(!g_ptr_array_find_with_equal_func(one, other->pdata[i], g_bytes_equal, NULL));
    }
}
END_TEST

START_TEST(ideal_primitives_have_none)
{
    uint8_t seed[UC_SEED_BYTES] = { 1 };
    g_autoptr(EnvWorlds) worlds = made(true);
    ck_assert(env_worlds_key_pool(worlds, seed, 2, NULL));
    g_autoptr(GPtrArray) seeds = drawn(worlds);
    ck_assert_uint_eq(seeds->len, DRAWN);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("key pool");
    TCase *c = tcase_create("key pool");
    tcase_set_timeout(c, 120); /* a busy machine */
    tcase_add_test(c, so_many_keys);
    tcase_add_test(c, a_function_of_the_base_seed);
    tcase_add_test(c, ideal_primitives_have_none);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
