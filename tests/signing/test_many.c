/* Verifying side by side against verifying one by one: every set, good and bad signatures, a bad one at every position of a
 * batch, and batches that are full, not full, and of several trees. */
#include "signing/internal.h"
#include "tests/signing/bytes.h"
#include "tests/support/suite.h"

#include <glib.h>
#include <stdlib.h>

enum { FULL = SIG_BATCH + 3, FEW = 2, KINDS = 6 };

typedef struct {
    const SigSet *set;
    uint8_t *vk, *signature, digest[SIG_DIGEST];
    SigLayer layer[SIG_LAYERS];
    unsigned layers;
} Made;

/* A good signature without a tree: everything is noise, and the key has the root that follows. Keys alternate. */
static void fill(Made *m, unsigned number)
{
    const SigSet *set = m->set;
    const size_t size = sig_set_signature_size(set), public = sig_set_public_size(set);
    const bool lms = set->scheme == SIG_LMS;
    g_autofree char *label = g_strdup_printf("signature %u %s", number, set->name), *key = g_strdup_printf("key %u", number % 2);
    m->vk = g_malloc(public);
    m->signature = g_malloc(size);
    bytes_fill(m->vk, public, key);
    bytes_fill(m->signature, size, label);
    bytes_fill(m->digest, set->n, label);
    sig_put(m->vk, set->type, 4);
    if (lms) {
        sig_put(m->vk + 4, set->ots, 4);
        sig_put(m->signature, sig_get(m->signature, 4) & ((1u << set->height) - 1), 4);
        sig_put(m->signature + 4, set->ots, 4);
        sig_put(m->signature + size - set->height * set->n - 4, set->type, 4);
    } else {
        const unsigned bytes = set->scheme == SIG_XMSS ? 4 : (set->height + 7) / 8;
        sig_put(m->signature, sig_get(m->signature, bytes) & ((UINT64_C(1) << set->height) - 1), bytes);
    }
    ck_assert_int_eq(sig_layers(set, m->vk, public, m->signature, size, m->layer, &m->layers), SIG_OK);
    SigWork *work = sig_work_new(set->hash, sig_one_time_room(set));
    uint8_t root[SIG_MAX_N], node[SIG_MAX_N];
    memcpy(root, m->digest, set->n);
    for (unsigned i = 0; i < m->layers; i++) {
        const SigTree tree = sig_layer_tree(&m->layer[i]);
        sig_one_time_leaf(&tree, work, m->layer[i].leaf, root, m->layer[i].values, node);
        sig_climb(&tree, work, m->layer[i].leaf, 0, node, m->layer[i].path, root);
    }
    memcpy(m->vk + (lms ? 24 : 4), root, set->n);
    sig_work_free(work);
}

static void drop(Made *m, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        g_free(m[i].vk), g_free(m[i].signature);
}

/* One bit that matters, of what `kind` says; the same call puts it back. */
static void spoil(Made *m, unsigned kind)
{
    const SigLayer *last = &m->layer[m->layers - 1];
    const unsigned height = sig_layer_tree(last).height;
    uint8_t *const at[KINDS] = { m->digest, (uint8_t *)m->layer[0].values, (uint8_t *)m->layer[0].values + sig_layer_bytes(m->layer) - 1,
                                 (uint8_t *)m->layer[0].path, (uint8_t *)last->path + height * m->set->n - 1, m->vk + sig_set_public_size(m->set) - 1 };
    *at[kind] ^= 0x10;
}

static SigHold hold_of(const Made *m)
{
    return (SigHold){ .layer = m->layer, .layers = m->layers, .which = 0, .digest = m->digest };
}

/* Those of the mask are bad. */
static void compare(Made *m, unsigned count, uint64_t bad, unsigned kind)
{
    SigHold holds[FULL];
    unsigned good = 0;
    for (unsigned i = 0; i < count; i++) {
        if (bad >> i & 1)
            spoil(&m[i], kind);
        holds[i] = hold_of(&m[i]);
    }
    sig_layers_hold_many(holds, count);
    for (unsigned i = 0; i < count; i++) {
        const SigStatus alone = sig_layer_holds(m[i].layer, m[i].layers, 0, m[i].digest);
        ck_assert_msg(alone == holds[i].status && alone == (bad >> i & 1 ? SIG_INVALID : SIG_OK),
                      "%s: %u of %u, kind %u: alone %d, side by side %d", m[i].set->name, i, count, kind, alone, holds[i].status);
        good += alone == SIG_OK;
        if (bad >> i & 1)
            spoil(&m[i], kind);
    }
    ck_assert_uint_eq(good, count - (unsigned)__builtin_popcountll(bad));
}

START_TEST(every_set)
{
    const SigSet *set;
    unsigned sets = 0;
    for (size_t k = 0; (set = sig_set_at(k)); k++) {
        if (set->scheme != SIG_LMS && set->scheme != SIG_XMSS && set->scheme != SIG_XMSSMT)
            continue;
        const unsigned count = getenv("UCSIM_LONG_TESTS") ? FULL : FEW;
        Made m[FULL];
        for (unsigned i = 0; i < count; i++) {
            m[i].set = set;
            fill(&m[i], i);
        }
        compare(m, count, 0, 0);
        compare(m, count, k % 2 ? 0x2 : 0x1, (unsigned)k % KINDS);
        drop(m, count);
        sets++;
    }
    ck_assert_uint_ge(sets, 157);
}
END_TEST

static const char *const names[] = {
    "LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W4", "LMS_SHA256_M32_H25/LMOTS_SHA256_N32_W8", "LMS_SHA256_M24_H15/LMOTS_SHA256_N24_W1",
    "LMS_SHAKE_M32_H10/LMOTS_SHAKE_N32_W4",   "LMS_SHAKE_M24_H20/LMOTS_SHAKE_N24_W2",   "XMSS-SHA2_10_256",
    "XMSS-SHA2_16_192",                       "XMSS-SHAKE_10_256",                      "XMSS-SHA2_10_512",
    "XMSSMT-SHA2_20/4_256",
};

/* A bad one at every position, of every kind, in a batch that is more than full. */
START_TEST(every_position)
{
    Made m[FULL];
    for (unsigned i = 0; i < FULL; i++) {
        m[i].set = bytes_set(names[_i]);
        fill(&m[i], i);
    }
    const unsigned step = getenv("UCSIM_LONG_TESTS") ? 1 : 17;
    for (unsigned i = 0; i < FULL; i += step)
        compare(m, FULL, UINT64_C(1) << i, i % KINDS);
    for (unsigned count = 1; count < FULL; count += step)
        compare(m, count, count > 1 ? UINT64_C(1) << count / 2 : 0, count % KINDS);
    compare(m, FULL, (UINT64_C(1) << FULL) - 1, 0);
    drop(m, FULL);
}
END_TEST

/* Sets mixed in one call. */
START_TEST(mixed)
{
    Made m[FULL];
    for (unsigned i = 0; i < FULL; i++) {
        m[i].set = bytes_set(names[i % G_N_ELEMENTS(names)]);
        fill(&m[i], i);
    }
    compare(m, FULL, UINT64_C(0x294a5), 2);
    drop(m, FULL);
}
END_TEST

/* ---- whole signatures ---- */

static const char *const whole[] = {
    "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4",
    "HSS:LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W8,LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W4",
    "HSS:LMS_SHAKE_M32_H5/LMOTS_SHAKE_N32_W4",
    "XMSSMT-SHA2_20/4_192",
};

static void agree(const SigSet *set, SigCheck *c, size_t count, size_t bad)
{
    size_t good = 0;
    sig_verify_many(set, c, count);
    for (size_t i = 0; i < count; i++) {
        const SigStatus alone = sig_verify(set, c[i].vk, c[i].vk_length, c[i].message, c[i].length, c[i].signature, c[i].signature_length);
        ck_assert_msg(c[i].status == alone, "%s: %zu: alone %d, side by side %d", sig_set_name(set), i, alone, c[i].status);
        good += alone == SIG_OK;
    }
    ck_assert_uint_eq(good, count - bad);
}

START_TEST(whole_signatures)
{
    enum { COUNT = 140 }; /* more than a part */
    const SigSet *set = bytes_set(whole[_i]);
    const size_t size = sig_set_signature_size(set), public = sig_set_public_size(set);
    g_autofree uint8_t *seed = bytes_seed(set, "many"), *all = g_malloc(COUNT * size);
    uint8_t vk[200], message[COUNT];
    SigCheck c[COUNT];
    SigCache *cache = sig_cache_new(32 << 20);
    ck_assert_int_eq(sig_public(cache, set, seed, vk), SIG_OK);
    for (unsigned i = 0; i < COUNT; i++) {
        message[i] = (uint8_t)i;
        c[i] = (SigCheck){ vk, message + i, all + i * size, public, i % 3 ? 1 : 0, size, SIG_OK };
        ck_assert_int_eq(sig_sign(cache, set, seed, i * 7 % 32, c[i].length ? message + i : NULL, c[i].length, all + i * size), SIG_OK);
    }
    sig_cache_free(cache);
    agree(set, c, COUNT, 0);
    agree(set, c, 0, 0);
    for (size_t i = 0, k = 0; i < size; i += size / 40 + 1, k++) /* also codes and indices, and the keys of HSS */
        all[k * 3 % COUNT * size + i] ^= 1;
    size_t bad = 0;
    for (unsigned i = 0; i < COUNT; i++)
        bad += sig_verify(set, vk, public, c[i].message, c[i].length, c[i].signature, size) != SIG_OK;
    ck_assert_uint_gt(bad, 30);
    agree(set, c, COUNT, bad);
    c[5] = (SigCheck){ .status = SIG_OK };
    c[6].signature_length--, c[7].vk_length++;
    sig_verify_many(set, c, 8);
    for (unsigned i = 5; i < 8; i++)
        ck_assert_int_eq(c[i].status, SIG_BAD_LENGTH);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("many");
    TCase *t = tcase_create("many");
    tcase_set_timeout(t, 600);
    tcase_add_test(t, every_set);
    tcase_add_loop_test(t, every_position, 0, G_N_ELEMENTS(names));
    tcase_add_test(t, mixed);
    tcase_add_loop_test(t, whole_signatures, 0, G_N_ELEMENTS(whole));
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
