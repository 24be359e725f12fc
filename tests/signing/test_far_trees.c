/* Trees far from the first: what is derived, addressed, randomised and kept for tree numbers from 16, 2^16 and 2^32 on, made
 * again here from RFC 8391, SP 800-208 and RFC 8554 and compared with the bytes of signatures. Shares nothing with signing/
 * but its public functions. */
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "signing/signing.h"
#include "tests/support/suite.h"

enum { N = 32, XMSS_CHAINS = 67, XMSS_LAYER = (XMSS_CHAINS + 5) * N, MAX_SIGNATURE = 40000 };

static uint8_t seed[3 * N], vk[128], signature[MAX_SIGNATURE];
static const uint8_t message[] = "far away";
static SigCache *cache;

static void set_up(void)
{
    for (size_t i = 0; i < sizeof seed; i++)
        seed[i] = (uint8_t)(7 * i + 3);
    cache = sig_cache_new(64 << 20);
}

static void tear_down(void) { sig_cache_free(cache); }

static void big_endian(uint8_t *out, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        out[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

static void sign(const SigSet *set, uint64_t index)
{
    ck_assert_uint_le(sig_set_signature_size(set), MAX_SIGNATURE);
    ck_assert_int_eq(sig_sign(cache, set, seed, index, message, sizeof message, signature), SIG_OK);
    ck_assert_int_eq(sig_verify(set, vk, sig_set_public_size(set), message, sizeof message, signature,
                                sig_set_signature_size(set)), SIG_OK);
}

/* ---- XMSS^MT-SHA2_40/8_256: RFC 8391 sections 2.5, 3.1, 4.1.9; SP 800-208 section 6.2 ---- */

/* SHA-256(toByte(kind, 32) || key || rest) */
static void keyed(uint8_t kind, const uint8_t *key, const uint8_t *rest, size_t n, uint8_t out[N])
{
    uint8_t text[32 + N + 3 * N] = { 0 };
    text[31] = kind;
    memcpy(text + 32, key, N);
    memcpy(text + 32 + N, rest, n);
    SHA256(text, 32 + N + n, out);
}

static void address(uint8_t out[32], uint32_t layer, uint64_t tree, uint32_t leaf, uint32_t chain)
{
    memset(out, 0, 32);
    big_endian(out, layer, 4);
    big_endian(out + 4, tree, 8);
    big_endian(out + 16, leaf, 4);
    big_endian(out + 20, chain, 4);
}

/* The chain's value after `steps` steps from its secret: section 3.1.2, with F and PRF of section 5.1. */
static void chain_value(uint32_t layer, uint64_t tree, uint32_t leaf, uint32_t chain, unsigned steps, uint8_t value[N])
{
    const uint8_t *open = seed + 2 * N;
    uint8_t where[32], text[2 * N], key[N], mask[N];
    address(where, layer, tree, leaf, chain);
    memcpy(text, open, N);
    memcpy(text + N, where, 32);
    keyed(4, seed, text, 2 * N, value); /* PRF_keygen(SK_SEED, SEED || ADRS) */
    for (unsigned i = 0; i < steps; i++) {
        big_endian(where + 24, i, 4);
        where[31] = 0;
        keyed(3, open, where, 32, key);
        where[31] = 1;
        keyed(3, open, where, 32, mask);
        for (int k = 0; k < N; k++)
            mask[k] ^= value[k];
        keyed(0, key, mask, N, value);
    }
}

/* ---- digits: RFC 8391 sections 2.6 and 3.1.5, RFC 8554 sections 3.1.3 and 4.4; both with w = 16 and n = 32 here ---- */

enum { DIGITS = 2 * N + 3 };

static void digits_of(const uint8_t digest[N], unsigned digit[DIGITS])
{
    unsigned sum = 0;
    for (unsigned i = 0; i < 2 * N; i++) {
        digit[i] = i % 2 ? digest[i / 2] & 15u : digest[i / 2] >> 4;
        sum += 15 - digit[i];
    }
    for (unsigned i = 0; i < 3; i++)
        digit[2 * N + i] = sum >> (8 - 4 * i) & 15;
}

/* H_msg = SHA-256(toByte(2, 32) || r || root || toByte(index, n) || M): section 4.1.9 and 5.1. */
static void xmss_digest(uint64_t index, uint8_t digest[N])
{
    uint8_t text[4 * N + sizeof message] = { 0 };
    text[31] = 2;
    memcpy(text + N, signature + 5, N);
    memcpy(text + 2 * N, vk + 4, N);
    big_endian(text + 4 * N - 8, index, 8);
    memcpy(text + 4 * N, message, sizeof message);
    SHA256(text, sizeof text, digest);
}

/* The bottom layer signs the message: each of its chains has gone as far as its digit says. */
static void message_is_signed(uint64_t index)
{
    uint8_t digest[N], value[N];
    unsigned digit[DIGITS];
    xmss_digest(index, digest);
    digits_of(digest, digit);
    for (uint32_t chain = 0; chain < XMSS_CHAINS; chain++) {
        chain_value(0, index >> 5, (uint32_t)(index & 31), chain, digit[chain], value);
        ck_assert_msg(!memcmp(value, signature + 5 + N + chain * N, N), "chain %u of index %llu is not at digit %u", chain,
                      (unsigned long long)index, digit[chain]);
    }
}

/* Every chain of this layer must be a chain from this address's secret. */
static void chains_are(const uint8_t *values, uint32_t layer, uint64_t tree, uint32_t leaf)
{
    for (uint32_t chain = 0; chain < XMSS_CHAINS; chain += 11) {
        uint8_t value[N];
        unsigned steps = 0;
        for (; steps < 16; steps++) {
            chain_value(layer, tree, leaf, chain, steps, value);
            if (!memcmp(value, values + chain * N, N))
                break;
        }
        ck_assert_msg(steps < 16, "chain %u of layer %u does not come from tree %llu, leaf %u", chain, layer,
                      (unsigned long long)tree, leaf);
    }
}

static const uint64_t far[] = { 0, 15, 16, 17, 0xffff, 0x10000, 0x10010, 0xffffffffu, 0x100000000u, 0x100010010u, 0x7ffffffffu };

START_TEST(xmssmt)
{
    const SigSet *set = sig_set_find("XMSSMT-SHA2_40/8_256", NULL);
    ck_assert_int_eq(sig_public(cache, set, seed, vk), SIG_OK);
    for (size_t t = 0; t < sizeof far / sizeof *far; t++) {
        uint64_t index = far[t] << 5 | (t * 7 & 31);
        uint8_t number[32] = { 0 }, r[N];
        sign(set, index);
        big_endian(number + 24, index, 8);
        keyed(3, seed + N, number, 32, r); /* r = PRF(SK_PRF, toByte(idx, 32)) */
        ck_assert_mem_eq(signature + 5, r, N);
        big_endian(number, index, 5);
        ck_assert_mem_eq(signature, number, 5); /* ceil(h / 8) bytes of index: section 4.2.3 */
        message_is_signed(index);
        for (uint32_t layer = 0; layer < 8; layer++)
            chains_are(signature + 5 + N + layer * XMSS_LAYER, layer, index >> 5 * (layer + 1),
                       (uint32_t)(index >> 5 * layer & 31));
    }
}
END_TEST

/* ---- HSS: RFC 8554 sections 4, 6 and appendix A ---- */

enum { W4 = 67, LMS_SIGNATURE = 4 + 4 + N + W4 * N + 4 + 5 * N, LMS_KEY = 24 + N };

typedef struct {
    uint8_t secret[N], id[16];
} Subtree;

/* H(I || u32(q) || u16(i) || u8(j) || value) */
static void step(const uint8_t id[16], uint32_t q, unsigned i, uint8_t j, const uint8_t value[N], uint8_t out[N])
{
    uint8_t text[16 + 4 + 2 + 1 + N];
    memcpy(text, id, 16);
    big_endian(text + 16, q, 4);
    big_endian(text + 20, i, 2);
    text[22] = j;
    memcpy(text + 23, value, N);
    SHA256(text, sizeof text, out);
}

static Subtree below(const Subtree *above, uint32_t q)
{
    Subtree s;
    uint8_t id[N];
    step(above->id, q, 0xfffe, 0xff, above->secret, s.secret);
    step(above->id, q, 0xffff, 0xff, above->secret, id);
    memcpy(s.id, id, 16);
    return s;
}

/* Q = H(I || u32(q) || u16(D_MESG) || C || message): section 4.5. */
static void lms_digest(const Subtree *s, const uint8_t *at, const uint8_t *text, size_t length, uint8_t digest[N])
{
    uint8_t all[16 + 4 + 2 + N + LMS_KEY];
    memcpy(all, s->id, 16);
    memcpy(all + 16, at, 4);
    big_endian(all + 20, 0x8181, 2);
    memcpy(all + 22, at + 8, N);
    memcpy(all + 22 + N, text, length);
    SHA256(all, 22 + N + length, digest);
}

/* Signs `text`, of at most LMS_KEY bytes: each chain has gone as far as its digit says. */
static void lms_is(const uint8_t *at, const Subtree *s, uint32_t q, const uint8_t *text, size_t length)
{
    uint8_t value[N], number[4], digest[N];
    unsigned digit[DIGITS];
    big_endian(number, q, 4);
    ck_assert_mem_eq(at, number, 4);
    step(s->id, q, 0xfffd, 0xff, s->secret, value); /* C */
    ck_assert_mem_eq(at + 8, value, N);
    lms_digest(s, at, text, length, digest);
    digits_of(digest, digit);
    for (unsigned i = 0; i < W4; i++) {
        step(s->id, q, i, 0xff, s->secret, value);
        for (unsigned j = 0; j < digit[i]; j++)
            step(s->id, q, i, (uint8_t)j, value, value);
        ck_assert_mem_eq(value, at + 8 + N + i * N, N);
    }
}

START_TEST(hss)
{
    static const char one[] = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4";
    char name[256] = "HSS:";
    for (int i = 0; i < 5; i++)
        strcat(strcat(name, i ? "," : ""), one);
    const SigSet *set = sig_set_find(name, NULL);
    ck_assert_ptr_nonnull(set);
    ck_assert_int_eq(sig_public(cache, set, seed, vk), SIG_OK);
    static const uint64_t bottom[] = { 0, 15, 16, 31, 32, 0xffff, 0x10000, 0xfffff }; /* numbers of bottom trees */
    for (size_t t = 0; t < sizeof bottom / sizeof *bottom; t++) {
        uint64_t index = bottom[t] << 5 | (t * 5 & 31);
        sign(set, index);
        Subtree s;
        memcpy(s.secret, seed, N);
        memcpy(s.id, seed + N, 16);
        const uint8_t *at = signature + 4;
        for (int level = 0; level < 5; level++) {
            uint32_t q = (uint32_t)(index >> 5 * (4 - level) & 31);
            bool upper = level < 4; /* signs the public key below, which follows it */
            lms_is(at, &s, q, upper ? at + LMS_SIGNATURE : message, upper ? LMS_KEY : sizeof message);
            s = below(&s, q);
            if (upper)
                ck_assert_mem_eq(at + LMS_SIGNATURE + 8, s.id, 16);
            at += LMS_SIGNATURE + LMS_KEY;
        }
    }
}
END_TEST

/* ---- the list of uses ---- */

START_TEST(uses)
{
    static const char *const names[] = { "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", "XMSSMT-SHA2_40/8_256",
                                         "HSS:LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4,LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4" };
    static const unsigned layers[] = { 1, 8, 2 }, bottom[] = { 0, 0, 1 };
    for (size_t k = 0; k < 3; k++) {
        const SigSet *set = sig_set_find(names[k], NULL);
        size_t nv = sig_set_public_size(set), ns = sig_set_signature_size(set);
        SigUse use[3][SIG_USES];
        unsigned count;
        ck_assert_int_eq(sig_public(cache, set, seed, vk), SIG_OK);
        for (unsigned i = 0; i < 3; i++) { /* twice with one index, then with the next */
            uint8_t text[] = { (uint8_t)(i == 1) };
            ck_assert_int_eq(sig_sign(cache, set, seed, 3 + i / 2, text, 1, signature), SIG_OK);
            ck_assert_int_eq(sig_uses(set, vk, nv, text, 1, signature, ns, use[i], &count), SIG_OK);
            ck_assert_uint_eq(count, layers[k]);
        }
        for (unsigned l = 0; l < count; l++) {
            bool lowest = l == bottom[k];
            ck_assert_mem_eq(use[0][l].key, use[1][l].key, 32);
            ck_assert_int_eq(!memcmp(use[0][l].key, use[2][l].key, 32), !lowest);
            ck_assert_int_eq(!memcmp(use[0][l].bytes, use[1][l].bytes, 32), !lowest);
            ck_assert_int_eq(!memcmp(use[0][l].what, use[1][l].what, 32), !lowest);
            for (unsigned m = 0; m < l; m++)
                ck_assert_mem_ne(use[0][l].key, use[0][m].key, 32);
        }
        signature[ns - 1] ^= 1;
        ck_assert_int_ne(sig_uses(set, vk, nv, (const uint8_t[]){ 0 }, 1, signature, ns, use[0], &count), SIG_OK);
        ck_assert_uint_eq(count, 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trees far from the first");
    TCase *c = tcase_create("far");
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, xmssmt);
    tcase_add_test(c, hss);
    tcase_add_test(c, uses);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
