#include "tests/audit/plant.h"

#include <check.h>
#include <string.h>

#include "signing/internal.h"

const SigSet *plant_set(const char *name)
{
    const SigSet *set = sig_set_find(name, NULL);
    ck_assert_msg(set != NULL, "no set %s", name);
    return set;
}

uint8_t *plant_seed(const SigSet *set, const char *label)
{
    const size_t size = sig_set_seed_size(set);
    uint8_t *seed = g_malloc0(size + SIG_KEY);
    for (size_t at = 0; at < size; at += SIG_KEY) {
        g_autofree char *text = g_strdup_printf("%s %s %zu", label, sig_set_name(set), at);
        sig_sha256((const uint8_t *)text, strlen(text), seed + at, SIG_KEY);
    }
    return seed;
}

uint8_t *plant_public(const SigSet *set, const uint8_t *seed)
{
    uint8_t *vk = g_malloc(sig_set_public_size(set));
    ck_assert_int_eq(sig_public(NULL, set, seed, vk), SIG_OK);
    return vk;
}

/* One cache for all: trees are made once. */
static SigCache *cache(void)
{
    static SigCache *shared;
    if (!shared)
        shared = sig_cache_new(64 << 20);
    return shared;
}

uint8_t *plant_sign(const SigSet *set, const uint8_t *seed, uint64_t index, const char *message)
{
    uint8_t *signature = g_malloc(sig_set_signature_size(set));
    ck_assert_int_eq(sig_sign(cache(), set, seed, index, (const uint8_t *)message, strlen(message), signature), SIG_OK);
    return signature;
}

uint8_t *plant_lms(const SigSet *set, const uint8_t *seed, uint32_t q, uint8_t c, const void *message, size_t length)
{
    const SigTree tree = { set, set->height, seed, seed + set->n, 0, 0 };
    uint8_t *signature = g_malloc0(sig_set_signature_size(set)), digest[SIG_MAX_N], *values = signature + 8 + set->n;
    SigWork *work = sig_work_new(set->hash, sig_one_time_room(set));
    sig_put(signature, q, 4);
    sig_put(signature + 4, set->ots, 4);
    memset(signature + 8, c, set->n);
    sig_lms_message(&tree, work, q, signature + 8);
    sig_hash_update(work, message, length);
    sig_hash_end(work, digest, set->n);
    sig_one_time_sign(&tree, work, q, digest, values);
    sig_put(values + set->chains * set->n, set->type, 4);
    ck_assert_int_eq(sig_tree_path(cache(), &tree, NULL, q, values + set->chains * set->n + 4, NULL), SIG_OK);
    sig_work_free(work);
    return signature;
}

uint8_t *plant_upper(const SigSet *set, const uint8_t *seed, uint64_t index, unsigned layer, const char *message)
{
    g_autofree uint8_t *vk = plant_public(set, seed), *other = plant_seed(set, "other secret");
    uint8_t *signature = plant_sign(set, seed, index, message), digest[SIG_MAX_N];
    const unsigned height = set->height / set->levels, bytes = (set->height + 7) / 8;
    SigWork *work = sig_work_new(set->hash, sig_one_time_room(set));
    sig_xmss_message(set, work, signature + bytes, vk + 4, index);
    sig_hash_update(work, (const uint8_t *)message, strlen(message));
    sig_hash_end(work, digest, set->n);
    uint8_t *at = signature + bytes + set->n;
    for (unsigned l = 0; l < set->levels; l++) {
        const uint32_t leaf = (uint32_t)(index >> l * height & ((1u << height) - 1));
        const SigTree tree = { set, height, l < layer ? other : seed, seed + 2 * set->n, l, index >> (l + 1) * height };
        sig_one_time_sign(&tree, work, leaf, digest, at);
        at += set->chains * set->n;
        ck_assert_int_eq(sig_tree_path(cache(), &tree, NULL, leaf, at, digest), SIG_OK);
        at += height * set->n;
    }
    sig_work_free(work);
    return signature;
}

uint8_t *plant_child_seed(const SigSet *set, const uint8_t *seed, uint32_t q)
{
    const SigTree tree = { set, set->height, seed, seed + set->n, 0, 0 };
    uint8_t *child = g_malloc(set->n + SIG_I);
    SigWork *work = sig_work_new(set->hash, 0);
    sig_lms_derive(&tree, work, q, 0xfffe, child, set->n);
    sig_lms_derive(&tree, work, q, 0xffff, child + set->n, SIG_I);
    sig_work_free(work);
    return child;
}
