/* Sigma: its seeds are fixed by the public key, and make everything; and when it remembers what it said: the same answers as the
 * core's, without asking it again, within the bound. */
#include "signing/sigma.h"
#include "tests/signing/bytes.h"
#include "tests/support/suite.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 2, INDICES = 3, TEXTS = 3, SIGNATURES = KEYS * INDICES * TEXTS, PLENTY = 1 << 20 };

static const char *const names[] = {
    "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
    "XMSSMT-SHA2_20/4_192",
    "HSS:LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W8,LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W4",
};
static const char *const texts[TEXTS] = { "", "a", "ab" };

typedef struct {
    SigCache *trees;
    Sigma *sigma;
    uint8_t *seed[KEYS], *vk[KEYS];
    uint8_t *signature[KEYS][INDICES][TEXTS]; /* by a scheme that remembers nothing */
} Some;

static const uint8_t *text(int t) { return (const uint8_t *)texts[t]; }

static void begin(Some *s, const char *name)
{
    static const char *const label[KEYS] = { "one", "other" };
    s->trees = sig_cache_new(64 << 20);
    s->sigma = sigma_real_new(name, 0, s->trees, NULL);
    for (int k = 0; k < KEYS; k++) {
        s->seed[k] = bytes_seed(bytes_set(name), label[k]);
        s->vk[k] = g_malloc(s->sigma->public_size);
        ck_assert(sigma_public(s->sigma, s->seed[k], s->vk[k]));
        for (int i = 0; i < INDICES; i++) {
            for (int t = 0; t < TEXTS; t++) {
                s->signature[k][i][t] = g_malloc(s->sigma->signature_size);
                ck_assert(sigma_sign(s->sigma, s->seed[k], (uint64_t)i, text(t), strlen(texts[t]), s->signature[k][i][t]));
            }
        }
    }
}

static void end(Some *s)
{
    for (int k = 0; k < KEYS; k++) {
        g_free(s->seed[k]), g_free(s->vk[k]);
        for (int n = 0; n < INDICES * TEXTS; n++)
            g_free(s->signature[k][n / TEXTS][n % TEXTS]);
    }
    sigma_free(s->sigma);
    sig_cache_free(s->trees);
}

/* Every key, index and text to sign; every key and text to verify with every signature. False when an answer is wrong. */
static bool asks_all(const Some *s)
{
    Sigma *sigma = s->sigma;
    size_t size = sigma->signature_size;
    g_autofree uint8_t *out = g_malloc(size);
    for (int n = 0; n < SIGNATURES; n++) {
        int k = n % KEYS, i = n / KEYS % INDICES, t = n / KEYS / INDICES;
        const uint8_t *expected = s->signature[k][i][t];
        if (!sigma_sign(sigma, s->seed[k], (uint64_t)i, text(t), strlen(texts[t]), out) || memcmp(out, expected, size))
            return false;
        for (int other = 0; other < KEYS * TEXTS; other++) {
            int vk = other % KEYS, said = other / KEYS;
            bool valid = sigma_verify(sigma, s->vk[vk], sigma->public_size, text(said), strlen(texts[said]), expected, size);
            if (valid != (vk == k && said == t))
                return false;
        }
    }
    return true;
}

START_TEST(answers_are_those_of_the_core)
{
    Some s;
    begin(&s, names[_i]);
    sigma_remember_answers(s.sigma, PLENTY);
    ck_assert(asks_all(&s));
    /* now without the core */
    const SigSet *set = s.sigma->set;
    size_t held = sig_cache_bytes(s.sigma->answers);
    s.sigma->set = NULL;
    ck_assert(asks_all(&s));
    s.sigma->set = set;
    ck_assert_uint_eq(sig_cache_bytes(s.sigma->answers), held);
    /* a verdict is a byte; what it takes to find it counts too */
    ck_assert_uint_gt(held, SIGNATURES * (s.sigma->signature_size + KEYS * TEXTS * 32));
    end(&s);
}
END_TEST

/* What is not a signature is none after the signature was accepted, and the other way round. */
START_TEST(every_part_counts)
{
    Some s;
    begin(&s, names[_i]);
    sigma_remember_answers(s.sigma, PLENTY);
    uint8_t *signature = s.signature[0][1][2], *vk = s.vk[0], message[3] = "ab";
    size_t size = s.sigma->signature_size, vk_size = s.sigma->public_size;
    struct { uint8_t *bytes; size_t size; } part[] = { { signature, size }, { vk, vk_size }, { message, 2 } };
    for (size_t p = 0; p < G_N_ELEMENTS(part); p++) {
        enum { TRIED = 64 };
        for (size_t i = 0; i <= TRIED; i++) { /* the first and the last, and some between */
            size_t at = i * (part[p].size - 1) / TRIED;
            part[p].bytes[at] ^= 4;
            ck_assert(!sigma_verify(s.sigma, vk, vk_size, message, 2, signature, size));
            part[p].bytes[at] ^= 4;
            ck_assert(sigma_verify(s.sigma, vk, vk_size, message, 2, signature, size));
        }
    }
    ck_assert(!sigma_verify(s.sigma, vk, vk_size - 1, message, 2, signature, size));
    ck_assert(!sigma_verify(s.sigma, vk, vk_size, message, 2, signature, size - 1));
    ck_assert(!sigma_verify(s.sigma, vk, vk_size, message, 3, signature, size));
    end(&s);
}
END_TEST

static void *ask_often(void *some)
{
    for (int round = 0; round < 3; round++) {
        if (!asks_all(some))
            return some;
    }
    return NULL;
}

/* Too little room: answers come and go, also those that another thread is just reading. */
START_TEST(threads_share_answers_within_the_bound)
{
    enum { LITTLE = 10000 };
    Some s;
    begin(&s, names[_i]);
    sigma_remember_answers(s.sigma, LITTLE);
    GThread *thread[4];
    for (int i = 0; i < 4; i++)
        thread[i] = g_thread_new("ask", ask_often, &s);
    for (int i = 0; i < 4; i++)
        ck_assert_ptr_null(g_thread_join(thread[i]));
    ck_assert_uint_gt(sig_cache_bytes(s.sigma->answers), 0);
    ck_assert_uint_le(sig_cache_bytes(s.sigma->answers), LITTLE);
    sigma_remember_answers(s.sigma, 0);
    ck_assert_ptr_null(s.sigma->answers);
    ck_assert(asks_all(&s));
    end(&s);
}
END_TEST

START_TEST(ideal_terms_are_not_remembered)
{
    Sigma *sigma = sigma_ideal_new(names[0], 0, NULL);
    sigma_remember_answers(sigma, PLENTY);
    ck_assert_ptr_null(sigma->answers);
    sigma_free(sigma);
}
END_TEST

/* ---- seeds ---- */

/* bytes: every so many bytes of a seed, for where a key takes long; the first and last bit of each part come anyway */
static const struct { const char *name; size_t bytes, part; } seeds[] = {
    { "LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W2", 1, 24 },
    { "LMS_SHAKE_M32_H5/LMOTS_SHAKE_N32_W4", 4, 32 },
    { "HSS:LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W2,LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W4", 4, 24 },
    { "XMSSMT-SHA2_20/4_192", 4, 24 },
    { "XMSSMT-SHA2_20/4_256", 8, 32 },
    { "XMSSMT-SHA2_20/4_512", 64, 64 },
    { "XMSS-SHA2_10_192", 24, 24 },
};

static bool changes_the_key(Sigma *sigma, uint8_t *seed, size_t bit, const uint8_t *vk)
{
    g_autofree uint8_t *other = g_malloc(sigma->public_size);
    seed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    bool made = sigma_public(sigma, seed, other);
    seed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    return made && memcmp(other, vk, sigma->public_size);
}

/* Two parties with one public key have one seed: otherwise one of them signs what the other does not. */
static void every_bit_changes_the_key(Sigma *sigma, size_t bytes, size_t part, uint8_t *seed)
{
    g_autofree uint8_t *vk = g_malloc(sigma->public_size);
    ck_assert(sigma_public(sigma, seed, vk));
    for (size_t bit = 0; bit < 8 * sigma->seed_size; bit++) {
        size_t at = bit / 8;
        bool first = at % part == 0 && bit % 8 == 7, last = (at + 1 == sigma->seed_size || (at + 1) % part == 0) && bit % 8 == 0;
        if (bytes == 1 || (bytes < part && at % bytes == 0 && bit % 8 == at / bytes % 8) || first || last)
            ck_assert_msg(changes_the_key(sigma, seed, bit, vk), "%s: bit %zu of the seed does not enter the public key",
                          sigma->name, bit);
    }
}

START_TEST(every_bit_of_a_seed_changes_the_public_key)
{
    Sigma *real = sigma_real_new(seeds[_i].name, 0, NULL, NULL), *ideal = sigma_ideal_new(seeds[_i].name, 0, NULL);
    ck_assert_uint_eq(real->seed_size, ideal->seed_size);
    g_autofree uint8_t *seed = g_malloc(real->seed_size);
    bytes_fill(seed, real->seed_size, "one");
    every_bit_changes_the_key(real, seeds[_i].bytes, seeds[_i].part, seed);
    every_bit_changes_the_key(ideal, 1, seeds[_i].part, seed);
    sigma_free(real);
    sigma_free(ideal);
}
END_TEST

/* Made by Python: hashlib, hmac. Bytes 0 .. 2n - 1. */
START_TEST(sk_prf_is_made_of_the_seed)
{
    static const struct { const char *set, *sk_prf; } pinned[] = {
        { "XMSS-SHA2_10_192", "935c007cbdc7734f2663f923428ffa73e09e54d8879b15c2" },
        { "XMSS-SHA2_10_256", "327ea577d2ca073b664c558f4adcce5fc124b854044089465b7a3d699e73a189" },
        { "XMSSMT-SHA2_20/4_512", "58fcaec5413685191743fd9e7fb172a1a66b07df37c558c6435bff5f977e1bdb"
                                  "6f4fd9392ce56a062bb9ae300b4bd973ab00b7260f8c1ae0a08dd4c5b79d3b80" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(pinned); i++) {
        const SigSet *set = bytes_set(pinned[i].set);
        size_t n = sig_bound_seed_size(set) / 2;
        uint8_t bound[2 * 64], whole[3 * 64];
        ck_assert_uint_eq(sig_set_seed_size(set), 3 * n);
        for (size_t at = 0; at < 2 * n; at++)
            bound[at] = (uint8_t)at;
        ck_assert(sig_bound_seed_expand(set, bound, whole));
        size_t length;
        g_autofree uint8_t *sk_prf = bytes_from_hex(pinned[i].sk_prf, &length);
        ck_assert_uint_eq(length, n);
        ck_assert_mem_eq(whole + n, sk_prf, n);
        ck_assert_mem_eq(whole, bound, n);
        ck_assert_mem_eq(whole + 2 * n, bound + n, n);
    }
}
END_TEST

/* As the core does with the private seed that follows; and who knows the secret part can fill in the rest. */
START_TEST(signs_as_the_core_with_the_private_seed)
{
    Sigma *sigma = sigma_real_new(names[_i], 0, NULL, NULL);
    uint8_t bound[128], again[128], whole[192], vk[256], core_vk[256];
    g_autofree uint8_t *signature = g_malloc(sigma->signature_size), *core = g_malloc(sigma->signature_size);
    bytes_fill(bound, sigma->seed_size, "one");
    ck_assert(sig_bound_seed_expand(sigma->set, bound, whole));
    ck_assert(sigma_public(sigma, bound, vk) && sigma_sign(sigma, bound, 3, text(2), 2, signature));
    ck_assert_int_eq(sig_public(NULL, sigma->set, whole, core_vk), SIG_OK);
    ck_assert_int_eq(sig_sign(NULL, sigma->set, whole, 3, text(2), 2, core), SIG_OK);
    ck_assert_mem_eq(vk, core_vk, sigma->public_size);
    ck_assert_mem_eq(signature, core, sigma->signature_size);
    memcpy(again, bound, sigma_seed_secret(sigma));
    sigma_seed_complete(sigma, vk, again);
    ck_assert_mem_eq(again, bound, sigma->seed_size);
    sigma_free(sigma);
}
END_TEST

/* A pool says which seeds are drawn, not which key a seed has. */
START_TEST(with_a_pool_seeds_stay_apart)
{
    enum { POOL = 2, DRAWN = 32 };
    Sigma *sigma = sigma_real_new(seeds[0].name, 0, NULL, NULL);
    size_t size = sigma->seed_size;
    g_autofree uint8_t *pool = g_malloc(POOL * size), *coins = g_malloc(size);
    unsigned seen[POOL] = { 0 };
    bytes_fill(pool, POOL * size, "pool");
    ck_assert(sigma_set_pool(sigma, pool, POOL));
    for (int i = 0; i < DRAWN; i++) {
        memset(coins, i, size);
        sigma_draw(sigma, coins);
        unsigned which = memcmp(coins, pool, size) ? 1 : 0;
        ck_assert_mem_eq(coins, pool + which * size, size);
        seen[which]++;
    }
    ck_assert(seen[0] && seen[1]);
    every_bit_changes_the_key(sigma, 4, seeds[0].part, pool);
    sigma_free(sigma);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sigma");
    TCase *tests = tcase_create("remembered answers"), *of_seeds = tcase_create("seeds");
    const int all = G_N_ELEMENTS(names);
    tcase_set_timeout(of_seeds, 120);
    tcase_add_loop_test(of_seeds, every_bit_of_a_seed_changes_the_public_key, 0, G_N_ELEMENTS(seeds));
    tcase_add_test(of_seeds, sk_prf_is_made_of_the_seed);
    tcase_add_loop_test(of_seeds, signs_as_the_core_with_the_private_seed, 0, all);
    tcase_add_test(of_seeds, with_a_pool_seeds_stay_apart);
    suite_add_tcase(suite, of_seeds);
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, answers_are_those_of_the_core, 0, all);
    tcase_add_loop_test(tests, every_part_counts, 0, all);
    tcase_add_loop_test(tests, threads_share_answers_within_the_bound, 0, all);
    tcase_add_test(tests, ideal_terms_are_not_remembered);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
