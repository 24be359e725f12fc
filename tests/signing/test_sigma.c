/* Sigma that remembers what it said: the same answers as the core's, without asking it again, within the bound. */
#include "signing/sigma.h"
#include "tests/signing/bytes.h"

#include <check.h>
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

int main(void)
{
    Suite *suite = suite_create("sigma");
    TCase *tests = tcase_create("remembered answers");
    const int all = G_N_ELEMENTS(names);
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, answers_are_those_of_the_core, 0, all);
    tcase_add_loop_test(tests, every_part_counts, 0, all);
    tcase_add_loop_test(tests, threads_share_answers_within_the_bound, 0, all);
    tcase_add_test(tests, ideal_terms_are_not_remembered);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
