/* Every back end of the lanes equals libcrypto on random input: all lengths, counts and strides that
 * matter, and chains. */
#include "signing/internal.h"
#include "tests/signing/bytes.h"
#include "tests/support/suite.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"portable", "shani", "avx512"};

static void reference(const char *md_name, const uint8_t *in, size_t length, uint8_t *out, size_t n)
{
    static GHashTable *fetched; /* fetching takes longer than hashing */
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t whole[64];
    if (!fetched)
        fetched = g_hash_table_new(g_str_hash, g_str_equal);
    EVP_MD *md = g_hash_table_lookup(fetched, md_name);
    if (!md)
        g_hash_table_insert(fetched, (char *)md_name, md = EVP_MD_fetch(NULL, md_name, NULL));
    const bool fine = EVP_DigestInit_ex2(context, md, NULL) && EVP_DigestUpdate(context, in, length) &&
                      (g_str_has_prefix(md_name, "SHAKE") ? EVP_DigestFinalXOF(context, whole, sizeof whole)
                                                          : EVP_DigestFinal_ex(context, whole, NULL));
    if (!fine) /* an assertion of check writes to a file: too slow for here */
        abort();
    memcpy(out, whole, n);
    EVP_MD_CTX_free(context);
}

/* Runs one of the *_many functions of a back end; false if it has none. */
static bool many(const SigLanes *lanes, const char *md, const uint8_t *in, size_t stride, size_t length, uint8_t *out,
                 size_t n, size_t count)
{
    if (strcmp(md, "SHA2-256") == 0)
        lanes->sha256_many(in, stride, length, out, 64, n, count);
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
        size_t behind = n;
        while (behind < 64 && out[64 * i + behind] == 0xa5)
            behind++;
        ck_assert_msg(behind == 64, "%s %s wrote past %zu", lanes->name, label, n);
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

/* ---- chains ------------------------------------------------------------------------------------------------------------ */

typedef struct {
    const SigLanes *lanes;
    SigChains kind;
    unsigned words;
    uint32_t layer;
    uint64_t tree;
    uint8_t open[32], secret[32];
} ChainCase;

/* One LM-OTS step by libcrypto. RFC 8554 Algorithm 1 step 4. */
static void lms_reference(const ChainCase *c, const SigChain *chain, int at, uint8_t *value)
{
    uint8_t message[55];
    memcpy(message, c->open, 16);
    sig_put(message + 16, chain->leaf, 4);
    sig_put(message + 20, chain->chain, 2);
    message[22] = (uint8_t)at;
    memcpy(message + 23, at < 0 ? c->secret : value, 4 * c->words);
    reference(c->kind == SIG_CHAINS_LMS ? "SHA2-256" : "SHAKE-256", message, 23 + 4 * c->words, value, 4 * c->words);
}

static void put_address(const ChainCase *c, const SigChain *chain, int at, unsigned key_and_mask, uint8_t *out)
{
    sig_put(out, c->layer, 4);
    sig_put(out + 4, c->tree, 8);
    sig_put(out + 12, 0, 4);
    sig_put(out + 16, chain->leaf, 4);
    sig_put(out + 20, chain->chain, 4);
    sig_put(out + 24, (uint64_t)at, 4);
    sig_put(out + 28, key_and_mask, 4);
}

/* One WOTS+ step: RFC 8391 Algorithm 2; step -1: SP 800-208 section 6.2. */
static void wots_reference(const ChainCase *c, const SigChain *chain, int at, uint8_t *value)
{
    const unsigned n = 4 * c->words, pad = n == 32 ? 32 : 4;
    uint8_t prf[128] = {0}, f[96] = {0}, mask[32];
    if (at < 0) {
        prf[pad - 1] = 4;
        memcpy(prf + pad, c->secret, n);
        memcpy(prf + pad + n, c->open, n);
        put_address(c, chain, 0, 0, prf + pad + 2 * n);
        reference("SHA2-256", prf, pad + 2 * n + 32, value, n);
        return;
    }
    prf[pad - 1] = 3;
    memcpy(prf + pad, c->open, n);
    put_address(c, chain, at, 0, prf + pad + n);
    reference("SHA2-256", prf, pad + n + 32, f + pad, n);
    put_address(c, chain, at, 1, prf + pad + n);
    reference("SHA2-256", prf, pad + n + 32, mask, n);
    for (unsigned i = 0; i < n; i++)
        f[pad + n + i] = value[i] ^ mask[i];
    reference("SHA2-256", f, pad + 2 * n, value, n);
}

static void set_constants(const ChainCase *c, SigColumns *x)
{
    uint8_t block[64] = {0};
    bytes_fill((uint8_t *)x, sizeof *x, "columns"); /* what is not set must not matter */
    x->words = c->words;
    x->address[0] = c->layer;
    x->address[1] = (uint32_t)(c->tree >> 32);
    x->address[2] = (uint32_t)c->tree;
    x->address[3] = 0;
    for (unsigned i = 0; i < c->words; i++) {
        x->seed[i] = (uint32_t)sig_get(c->open + 4 * i, 4);
        x->start[i] = (uint32_t)sig_get(c->secret + 4 * i, 4);
    }
    for (unsigned i = 0; i < 4; i++)
        x->id[i] = (uint32_t)sig_get(c->open + 4 * i, 4);
    memcpy(block + 32, c->open, 32);
    block[31] = 3;
    sig_sha256_block(block, x->prf);
    memcpy(block + 32, c->secret, 32);
    block[31] = 4;
    if (c->words == 8)
        sig_sha256_block(block, x->start);
}

/* Chains of many lengths, some with no step at all, end where each ends alone. */
static void compare_chains(const ChainCase *c, unsigned count, unsigned longest, bool fresh)
{
    static uint8_t value[400][32], alone[400][32];
    static SigColumns x;
    SigChain chains[400];
    ck_assert_uint_le(count, G_N_ELEMENTS(chains));
    bytes_fill(value[0], sizeof value, "values");
    memcpy(alone, value, sizeof alone);
    for (unsigned i = 0; i < count; i++) {
        const unsigned steps = (i * i + 3 * i) % (longest + 1) + fresh;
        chains[i] = (SigChain){i * 77777777, (uint16_t)i, fresh ? -1 : (int16_t)(i * 5 % 250), (uint16_t)steps, value[i]};
        for (unsigned k = 0; k < steps; k++)
            (c->kind == SIG_CHAINS_WOTS ? wots_reference : lms_reference)(c, &chains[i], chains[i].from + (int)k, alone[i]);
    }
    set_constants(c, &x);
    sig_run_chains(c->lanes, &x, c->kind, c->secret, chains, count);
    unsigned good = 0;
    while (good < count && memcmp(value[good], alone[good], 32) == 0)
        good++;
    ck_assert_msg(good == count, "%s kind %d, %u words, chain %u of %u", c->lanes->name, c->kind, c->words, good, count);
}

START_TEST(chains)
{
    static const unsigned counts[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 20, 31, 32, 33, 34, 47, 48, 49, 67, 265, 289, 400};
    ChainCase c = {.lanes = sig_lanes_named(names[_i]), 
                   .layer = 3, .tree = UINT64_C(0x123456789abcdef0)};
    if (!c.lanes)
        return;
    bytes_fill(c.open, sizeof c.open, "open");
    bytes_fill(c.secret, sizeof c.secret, "secret");
    for (c.kind = SIG_CHAINS_LMS; c.kind <= SIG_CHAINS_WOTS; c.kind++)
        for (c.words = 6; c.words <= 8; c.words += 2)
            for (size_t i = 0; i < G_N_ELEMENTS(counts) && (c.kind != SIG_CHAINS_LMS_SHAKE || c.lanes->lms_shake_chains); i++)
                for (unsigned longest = 0; longest <= 15; longest += 5) {
                    compare_chains(&c, counts[i], longest, false);
                    compare_chains(&c, counts[i], longest, true);
                }
}
END_TEST

/* One long chain beside short ones: 32 lanes, then 16, then 4. */
START_TEST(narrowing)
{
    ChainCase c = {.lanes = sig_lanes_named(names[_i]), .words = 8};
    if (!c.lanes)
        return;
    for (unsigned count = 20; count < 120; count += 33)
        compare_chains(&c, count, 240, true);
}
END_TEST

/* RAND_HASH: RFC 8391 Algorithm 7, with SHA-256 and n = 32. */
static void node_reference(const SigColumns *x, const uint8_t *seed, size_t c, const uint8_t *pair, uint8_t *out)
{
    uint8_t prf[96] = {[31] = 3}, h[128] = {[31] = 1}, mask[32];
    memcpy(prf + 32, seed, 32);
    for (unsigned i = 0; i < 4; i++)
        sig_put(prf + 64 + 4 * i, x->address[i], 4);
    sig_put(prf + 80, x->leaf[c], 4);
    sig_put(prf + 84, x->chain[c], 4);
    sig_put(prf + 88, x->at[c], 4);
    reference("SHA2-256", prf, sizeof prf, h + 32, 32);
    for (uint8_t i = 0; i < 2; i++) {
        prf[95] = i + 1;
        reference("SHA2-256", prf, sizeof prf, mask, 32);
        for (unsigned k = 0; k < 32; k++)
            h[64 + 32 * i + k] = pair[32 * i + k] ^ mask[k];
    }
    reference("SHA2-256", h, sizeof h, out, 32);
}

START_TEST(nodes)
{
    enum { NODES = 96 };
    ChainCase c = {.lanes = sig_lanes_named(names[_i]), .words = 8, .layer = 7, .tree = 99};
    static uint8_t pairs[NODES][64], out[32][40], expected[32];
    static uint32_t ready[24][SIG_COLUMNS];
    static SigColumns x;
    const uint8_t *in[NODES];
    if (!c.lanes)
        return;
    bytes_fill(c.open, sizeof c.open, "open");
    bytes_fill(pairs[0], sizeof pairs, "pairs");
    set_constants(&c, &x);
    x.address[3] = 1;
    sig_set_early(&x, SIG_CHAINS_WOTS);
    for (unsigned i = 0; i < NODES; i++)
        in[i] = pairs[i];
    for (unsigned count = 1; count <= 32; count++) {
        const unsigned from = (count * 7) % (NODES - 32);
        c.lanes->nodes_ahead(&x, 0, from + count, ready);
        memset(out, 0xa5, sizeof out);
        c.lanes->nodes(ready, from, in + from, out[0], sizeof out[0], count);
        for (unsigned i = 0; i < 32; i++) {
            memset(expected, 0xa5, 32);
            if (i < count)
                node_reference(&x, c.open, from + i, pairs[from + i], expected);
            ck_assert_msg(memcmp(out[i], expected, 32) == 0, "%s node %u of %u", c.lanes->name, i, count);
            ck_assert_uint_eq(out[i][32], 0xa5);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lanes");
    TCase *tests = tcase_create("lanes");
    tcase_set_timeout(tests, 120);
    const int all = G_N_ELEMENTS(names);
    tcase_add_loop_test(tests, hashes, 0, all);
    tcase_add_loop_test(tests, chains, 0, all);
    tcase_add_loop_test(tests, narrowing, 0, all);
    tcase_add_loop_test(tests, nodes, 0, all);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
