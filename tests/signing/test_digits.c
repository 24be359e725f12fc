/* Digits of digests and of their checksums, for every parameter set: made again here bit by bit from RFC 8554 (sections 3.1.3,
 * 4.1, 4.4 and appendix B) and RFC 8391 (sections 2.6 and 3.1.5), for the digests that signatures hardly ever meet: all digits
 * lowest or highest, and one digit, at each place, unlike the others. */
#include <stdlib.h>
#include <string.h>

#include "signing/internal.h"
#include "tests/support/suite.h"

static unsigned bit(const uint8_t *text, unsigned at) { return text[at / 8] >> (7 - at % 8) & 1; }

/* Number i of the digits of w bits, most significant bit first. */
static unsigned coef(const uint8_t *text, unsigned i, unsigned w)
{
    unsigned digit = 0;
    for (unsigned k = 0; k < w; k++)
        digit = digit << 1 | bit(text, i * w + k);
    return digit;
}

/* Bits of the highest checksum: all digits are 0. */
static unsigned checksum_bits(unsigned digits, unsigned w)
{
    unsigned bits = 0;
    for (unsigned most = digits * ((1u << w) - 1); most; most >>= 1)
        bits++;
    return bits;
}

/* The checksum stands in as many digits as its highest value needs, in their lowest bits. */
static unsigned expected_digits(const SigSet *set, const uint8_t *digest, uint8_t *digit)
{
    unsigned w = set->w, digits = 8 * set->n / w, sum = 0;
    unsigned more = (checksum_bits(digits, w) + w - 1) / w;
    for (unsigned i = 0; i < digits; i++) {
        digit[i] = (uint8_t)coef(digest, i, w);
        sum += (1u << w) - 1 - digit[i];
    }
    for (unsigned i = 0; i < more; i++)
        digit[digits + i] = (uint8_t)(sum >> w * (more - 1 - i) & ((1u << w) - 1));
    return digits + more;
}

static void compare(const SigSet *set, const uint8_t *digest)
{
    uint8_t expected[SIG_MAX_CHAINS] = { 0 }, got[SIG_MAX_CHAINS] = { 0 };
    ck_assert_uint_eq(expected_digits(set, digest, expected), set->chains);
    sig_digits(set, digest, got);
    ck_assert_msg(!memcmp(expected, got, set->chains), "%s: other digits of a digest that begins %02x, ends %02x", set->name,
                  digest[0], digest[set->n - 1]);
}

static void put_digit(const SigSet *set, uint8_t *digest, unsigned at, unsigned value)
{
    unsigned shift = 8 - set->w - at * set->w % 8, top = (1u << set->w) - 1;
    uint8_t *byte = &digest[at * set->w / 8];
    *byte = (uint8_t)((*byte & ~(top << shift)) | value << shift);
}

static void of_set(const SigSet *set)
{
    uint8_t digest[SIG_MAX_N];
    unsigned top = (1u << set->w) - 1, digits = 8 * set->n / set->w;
    for (unsigned others = 0; others <= top; others += top) {
        memset(digest, others ? 0xff : 0, sizeof digest);
        compare(set, digest);
        for (unsigned at = 0; at < digits; at++) {
            const unsigned values[] = { 0, 1, top - 1, top };
            for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
                put_digit(set, digest, at, values[k]);
                compare(set, digest);
            }
            put_digit(set, digest, at, others);
        }
    }
}

START_TEST(every_set)
{
    const SigSet *set;
    size_t sets = 0;
    for (; (set = sig_set_at(sets)); sets++)
        of_set(set);
    ck_assert_uint_ge(sets, 100);
}
END_TEST

/* Running one chain on makes another run back: no digest has digits that are all at least those of another. */
START_TEST(nothing_runs_on)
{
    static const char *const names[] = { "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", "LMS_SHAKE_M24_H5/LMOTS_SHAKE_N24_W1",
                                         "XMSS-SHA2_10_256", "XMSS-SHAKE_10_512" };
    const SigSet *set = sig_set_find(names[_i], NULL);
    uint8_t digest[SIG_MAX_N], one[SIG_MAX_CHAINS], two[SIG_MAX_CHAINS];
    ck_assert_ptr_nonnull(set);
    for (unsigned at = 0; at < sig_digest_chains(set); at++) {
        bool back = false;
        memset(digest, 0, sizeof digest);
        sig_digits(set, digest, one);
        put_digit(set, digest, at, (1u << set->w) - 1);
        sig_digits(set, digest, two);
        for (unsigned i = 0; i < set->chains; i++)
            back |= two[i] < one[i];
        ck_assert_msg(back, "%s: digit %u may be raised", set->name, at);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("digits");
    TCase *c = tcase_create("all");
    tcase_add_test(c, every_set);
    tcase_add_loop_test(c, nothing_runs_on, 0, 4);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
