/* Every back end of the lanes equals libcrypto on random input: all lengths, counts and strides that matter. */
#include "signing/internal.h"
#include "tests/signing/bytes.h"

#include <check.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"portable", "shani", "avx512"};

static void reference(const char *md_name, const uint8_t *in, size_t length, uint8_t *out, size_t n)
{
    EVP_MD *md = EVP_MD_fetch(NULL, md_name, NULL);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t whole[64];
    ck_assert(EVP_DigestInit_ex2(context, md, NULL) && EVP_DigestUpdate(context, in, length));
    if (g_str_has_prefix(md_name, "SHAKE"))
        ck_assert(EVP_DigestFinalXOF(context, whole, sizeof whole));
    else
        ck_assert(EVP_DigestFinal_ex(context, whole, NULL));
    memcpy(out, whole, n);
    EVP_MD_CTX_free(context);
    EVP_MD_free(md);
}

/* Runs one of the *_many functions of a back end; false if it has none. */
static bool many(const SigLanes *lanes, const char *md, const uint8_t *in, size_t stride, size_t length, uint8_t *out,
                 size_t n, size_t count)
{
    if (strcmp(md, "SHA2-256") == 0)
        lanes->sha256_many(NULL, 0, in, stride, length, out, 64, n, count);
    else if (strcmp(md, "SHA2-512") == 0 && lanes->sha512_many)
        lanes->sha512_many(in, stride, length, out, 64, n, count);
    else if (strncmp(md, "SHAKE", 5) == 0 && lanes->shake_many)
        lanes->shake_many(strcmp(md, "SHAKE-128") == 0 ? 168 : 136, in, stride, length, out, 64, n, count);
    else
        return false;
    return true;
}

static void compare(const SigLanes *lanes, const char *md, size_t length, size_t n, size_t count)
{
    const size_t stride = length + 3; /* not aligned */
    g_autofree uint8_t *in = g_malloc(stride * count + 64), *out = g_malloc0(64 * count + 64);
    g_autofree char *label = g_strdup_printf("%s/%zu/%zu", md, length, count);
    uint8_t expected[64];
    bytes_fill(in, stride * count, label);
    memset(out, 0xa5, 64 * count + 64);
    if (!many(lanes, md, in, stride, length, out, n, count))
        return;
    for (size_t i = 0; i < count; i++) {
        reference(md, in + i * stride, length, expected, n);
        ck_assert_msg(memcmp(out + 64 * i, expected, n) == 0, "%s %s lane %zu of %zu", lanes->name, label, i, count);
        for (size_t k = n; k < 64; k++)
            ck_assert_msg(out[64 * i + k] == 0xa5, "%s %s wrote past %zu", lanes->name, label, n);
    }
    ck_assert_uint_eq(out[64 * count], 0xa5);
}

START_TEST(hashes)
{
    static const struct {
        const char *md;
        size_t n[3];
    } kinds[] = {{"SHA2-256", {24, 32}}, {"SHA2-512", {64}}, {"SHAKE-128", {32}}, {"SHAKE-256", {24, 32, 64}}};
    static const size_t lengths[] = {0,   1,   55,  56,  63,  64,  65,  96,  111, 112, 119, 120,  127, 128,
                                     129, 135, 136, 137, 160, 167, 168, 169, 191, 192, 256, 272, 1110, 2166};
    static const size_t counts[] = {1, 2, 4, 5, 8, 9, 15, 16, 17, 31, 32, 33, 70};
    const SigLanes *lanes = sig_lanes_named(names[_i]);
    if (!lanes) {
        printf("no %s lanes on this CPU\n", names[_i]);
        return;
    }
    for (size_t kind = 0; kind < G_N_ELEMENTS(kinds); kind++)
        for (size_t l = 0; l < G_N_ELEMENTS(lengths); l++)
            for (size_t c = 0; c < G_N_ELEMENTS(counts); c++)
                compare(lanes, kinds[kind].md, lengths[l], kinds[kind].n[(l + c) % 3] ? kinds[kind].n[(l + c) % 3]
                                                                                       : kinds[kind].n[0], counts[c]);
}
END_TEST

/* A prefix that is already in the state. */
START_TEST(skipped_block)
{
    const SigLanes *lanes = sig_lanes_named(names[_i]);
    if (!lanes)
        return;
    uint8_t text[20][64 + 40], out[20][32], expected[32];
    uint32_t state[8];
    bytes_fill(text[0], sizeof text, "skipped");
    sig_sha256_block(text[0], state);
    for (size_t i = 1; i < 20; i++)
        memcpy(text[i], text[0], 64);
    lanes->sha256_many(state, 64, text[0] + 64, sizeof text[0], 40, out[0], 32, 32, 20);
    for (size_t i = 0; i < 20; i++) {
        reference("SHA2-256", text[i], 104, expected, 32);
        ck_assert_mem_eq(out[i], expected, 32);
    }
}
END_TEST

static void fill_lanes(SigChainLanes *lanes, unsigned words, bool lms)
{
    bytes_fill((uint8_t *)lanes, sizeof *lanes, "lanes");
    lanes->words = words;
    for (unsigned i = 0; i < SIG_LANES; i++) {
        lanes->chain[i] = lms ? (lanes->chain[i] & 0xffff) << 16 : lanes->chain[i] & 0xff;
        lanes->at[i] = lms ? (lanes->at[i] & 0xff) << 8 : lanes->at[i] & 0xf;
    }
}

/* One LM-OTS step of one lane by libcrypto. RFC 8554 Algorithm 1 step 4. */
static void lms_reference(SigChainLanes *l, unsigned lane)
{
    uint8_t message[55], out[32];
    for (unsigned i = 0; i < 4; i++)
        sig_put(message + 4 * i, l->id[i], 4);
    sig_put(message + 16, l->leaf[lane], 4);
    sig_put(message + 20, l->chain[lane] >> 16, 2);
    message[22] = (uint8_t)(l->at[lane] >> 8);
    for (unsigned i = 0; i < l->words; i++)
        sig_put(message + 23 + 4 * i, l->value[i][lane], 4);
    reference("SHA2-256", message, 23 + 4 * l->words, out, 32);
    for (unsigned i = 0; i < l->words; i++)
        l->value[i][lane] = (uint32_t)sig_get(out + 4 * i, 4);
    l->at[lane] = (l->at[lane] + 0x100) & 0xff00;
}

/* One WOTS+ step: RFC 8391 Algorithm 2, written from its words. */
static void wots_reference(SigChainLanes *l, unsigned lane)
{
    const unsigned n = 4 * l->words, pad = n == 32 ? 32 : 4;
    uint8_t prf[96] = {0}, f[96] = {0}, key[32], mask[32], out[32];
    prf[pad - 1] = 3;
    for (unsigned i = 0; i < l->words; i++)
        sig_put(prf + pad + 4 * i, l->seed[i], 4);
    for (unsigned i = 0; i < 3; i++)
        sig_put(prf + pad + n + 4 * i, l->address[i], 4);
    sig_put(prf + pad + n + 16, l->leaf[lane], 4);
    sig_put(prf + pad + n + 20, l->chain[lane], 4);
    sig_put(prf + pad + n + 24, l->at[lane], 4);
    reference("SHA2-256", prf, pad + n + 32, key, 32);
    prf[pad + n + 31] = 1;
    reference("SHA2-256", prf, pad + n + 32, mask, 32);
    memcpy(f + pad, key, n);
    for (unsigned i = 0; i < l->words; i++)
        sig_put(f + pad + n + 4 * i, l->value[i][lane] ^ (uint32_t)sig_get(mask + 4 * i, 4), 4);
    reference("SHA2-256", f, pad + 2 * n, out, 32);
    for (unsigned i = 0; i < l->words; i++)
        l->value[i][lane] = (uint32_t)sig_get(out + 4 * i, 4);
    l->at[lane]++;
}

static void compare_chains(const SigLanes *lanes, unsigned words, bool lms, unsigned count, unsigned steps)
{
    SigChainLanes ours, theirs;
    fill_lanes(&ours, words, lms);
    uint8_t block[64] = {[31] = 3};
    for (unsigned i = 0; i < 8; i++)
        sig_put(block + 32 + 4 * i, ours.seed[i], 4);
    sig_sha256_block(block, ours.prf);
    theirs = ours;
    (lms ? lanes->lms_steps : lanes->wots_steps)(&ours, count, steps);
    for (unsigned lane = 0; lane < count; lane++) {
        for (unsigned step = 0; step < steps; step++)
            (lms ? lms_reference : wots_reference)(&theirs, lane);
        for (unsigned i = 0; i < words; i++)
            ck_assert_msg(ours.value[i][lane] == theirs.value[i][lane], "%s %u words lane %u of %u", lanes->name, words,
                          lane, count);
        ck_assert_uint_eq(ours.at[lane], theirs.at[lane]);
    }
}

START_TEST(steps)
{
    const SigLanes *lanes = sig_lanes_named(names[_i]);
    if (!lanes)
        return;
    for (unsigned count = 1; count <= lanes->wide; count++)
        for (unsigned many = 1; many <= 3; many += 2)
            for (unsigned words = 6; words <= 8; words += 2) {
                compare_chains(lanes, words, true, count, many);
                compare_chains(lanes, words, false, count, many);
            }
}
END_TEST

/* Chains of every length dealt out to lanes end where each ends alone. */
START_TEST(dealing)
{
    const SigLanes *lanes = sig_lanes_named(names[_i]);
    if (!lanes)
        return;
    enum { CHAINS = 90 };
    static uint8_t value[CHAINS][32], alone[CHAINS][32];
    SigChain chains[CHAINS];
    uint32_t start[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    bytes_fill(value[0], sizeof value, "dealing");
    memcpy(alone, value, sizeof alone);
    for (unsigned i = 0; i < CHAINS; i++)
        chains[i] = (SigChain){i * 77, (uint16_t)i, (int16_t)(i % 7) - 1, (uint16_t)(i * i % 97), value[i]};
    SigChainLanes common = {.words = 8, .id = {9, 8, 7, 6}};
    sig_run_chains(lanes, &common, true, start, chains, CHAINS);
    for (unsigned i = 0; i < CHAINS; i++) {
        SigChainLanes one = {.words = 8, .id = {9, 8, 7, 6}};
        SigChain chain = chains[i];
        chain.value = alone[i];
        sig_run_chains(&sig_lanes_portable, &one, true, start, &chain, 1);
        if (chain.steps) /* with no step at all a start value is not stored twice */
            ck_assert_mem_eq(value[i], alone[i], 32);
    }
    for (size_t i = 0; i < sizeof common; i++)
        ck_assert_uint_eq(((uint8_t *)&common)[i], 0); /* cleansed */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lanes");
    TCase *tests = tcase_create("lanes");
    tcase_set_timeout(tests, 120);
    const int all = G_N_ELEMENTS(names);
    tcase_add_loop_test(tests, hashes, 0, all);
    tcase_add_loop_test(tests, skipped_block, 0, all);
    tcase_add_loop_test(tests, steps, 0, all);
    tcase_add_loop_test(tests, dealing, 0, all);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
