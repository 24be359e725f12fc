/* Our own bytes, for a clone that stands alone: public key and signatures at the first, the second, the two middle and
 * the last leaf of every set with small trees, as one digest each. They were made with the portable lanes when all of
 * ../shared/vectors agreed; run with UCSIM_PRINT_DIGESTS=1 to see what this build makes of them. Quick runs take every
 * fifth set; the table is in an order in which they meet all heights, hash functions, sizes of hashes and of digits, and
 * none of the two that take a second (XMSS with n = 64). */
#include "tests/signing/bytes.h"
#include "tests/support/suite.h"

#include <glib.h>
#include <string.h>

static const struct {
    const char *set, *digest;
} expected[] = {
#include "tests/signing/digests.inc"
};

static char *digest_of(const SigSet *set)
{
    const size_t vk_size = sig_set_public_size(set), size = sig_set_signature_size(set);
    const uint64_t capacity = sig_set_capacity(set);
    const uint64_t leaves[] = {0, 1, capacity / 2 - 1, capacity / 2, capacity - 1};
    g_autofree uint8_t *seed = bytes_seed(set, "digests"), *vk = g_malloc(vk_size), *signature = g_malloc(size);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    SigCache *cache = sig_cache_new(64 << 20);
    ck_assert_int_eq(sig_public(cache, set, seed, vk), SIG_OK);
    g_checksum_update(sum, vk, (gssize)vk_size);
    for (size_t i = 0; i < G_N_ELEMENTS(leaves); i++) {
        g_autofree char *message = g_strdup_printf("leaf %zu", i);
        const uint8_t *m = (const uint8_t *)message;
        ck_assert_int_eq(sig_sign(cache, set, seed, leaves[i], m, strlen(message), signature), SIG_OK);
        ck_assert_int_eq(sig_verify(set, vk, vk_size, m, strlen(message), signature, size), SIG_OK);
        ck_assert_int_eq(sig_verify(set, vk, vk_size, m, strlen(message) - 1, signature, size), SIG_INVALID);
        g_checksum_update(sum, signature, (gssize)size);
    }
    ck_assert_int_eq(sig_sign(cache, set, seed, capacity, vk, 1, signature), SIG_INDEX_OUT_OF_RANGE);
    ck_assert_int_eq(sig_sign(cache, set, seed, UINT64_MAX, vk, 1, signature), SIG_INDEX_OUT_OF_RANGE);
    for (size_t i = 0; i < size; i++)
        ck_assert_uint_eq(signature[i], 0);
    sig_cache_free(cache);
    return g_strdup(g_checksum_get_string(sum));
}

START_TEST(digests)
{
    const size_t step = g_getenv("UCSIM_LONG_TESTS") || g_getenv("UCSIM_PRINT_DIGESTS") ? 1 : 5;
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i += step) {
        g_autofree char *digest = digest_of(bytes_set(expected[i].set));
        if (g_getenv("UCSIM_PRINT_DIGESTS"))
            printf("{\"%s\", \"%s\"},\n", expected[i].set, digest);
        else
            ck_assert_msg(strcmp(digest, expected[i].digest) == 0, "%s: %s", expected[i].set, digest);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("digests");
    TCase *tests = tcase_create("digests");
    tcase_set_timeout(tests, 600);
    tcase_add_test(tests, digests);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
