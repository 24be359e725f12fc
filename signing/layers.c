/* The layers of a signature: RFC 8554 sections 5.4 and 6.2, RFC 8391 sections 4.1.8 and 4.2.3. */
#include "signing/layers.h"

#include "signing/internal.h"

#include <assert.h>
#include <openssl/crypto.h>

enum { LMS_PUBLIC = 24 }; /* and n more */

static bool is_lms(const SigSet *set)
{
    return set->scheme == SIG_LMS || set->scheme == SIG_HSS;
}

/* Types and the leaf of one level: RFC 8554 Algorithm 6a step 2, Algorithm 4b step 2. */
static SigStatus lms_layer(const SigSet *set, const uint8_t *key, const uint8_t *at, unsigned level, SigLayer *layer)
{
    const uint8_t *values = at + 8 + set->n, *type = values + (size_t)set->chains * set->n;
    *layer = (SigLayer){.set = set, .layer = level, .leaf = (uint32_t)sig_get(at, 4), .key = key, .randomiser = at + 8,
                        .values = values, .path = type + 4};
    if (sig_get(key, 4) != set->type || sig_get(key + 4, 4) != set->ots || sig_get(at + 4, 4) != set->ots ||
        sig_get(type, 4) != set->type)
        return SIG_WRONG_TYPE;
    return sig_get(at, 4) >> set->height ? SIG_BAD_INDEX : SIG_OK;
}

static SigStatus lms_layers(const SigSet *set, const uint8_t *vk, const uint8_t *signature, SigLayer *layer,
                            unsigned *layers)
{
    const bool hss = set->scheme == SIG_HSS;
    *layers = hss ? set->levels : 1;
    if (hss && (sig_get(vk, 4) != *layers || sig_get(signature, 4) != *layers - 1))
        return SIG_WRONG_TYPE;
    const uint8_t *key = vk + (hss ? 4 : 0), *at = signature + (hss ? 4 : 0);
    for (unsigned i = 0; i < *layers; i++) {
        const SigSet *own = hss ? set->level[i] : set;
        SigStatus status = lms_layer(own, key, at, i, &layer[i]);
        if (status != SIG_OK)
            return status;
        key = at + sig_set_signature_size(own);
        at = key + LMS_PUBLIC + own->n;
        if (i + 1 < *layers) {
            layer[i].below = key;
            layer[i].below_length = LMS_PUBLIC + own->n;
        }
    }
    return SIG_OK;
}

static SigStatus xmss_layers(const SigSet *set, const uint8_t *vk, const uint8_t *signature, SigLayer *layer,
                             unsigned *layers)
{
    const unsigned bytes = set->scheme == SIG_XMSS ? 4 : (set->height + 7) / 8, height = set->height / set->levels;
    uint64_t index = sig_get(signature, bytes);
    const uint8_t *at = signature + bytes + set->n;
    *layers = set->levels;
    if (sig_get(vk, 4) != set->type)
        return SIG_WRONG_TYPE;
    if (index >> set->height)
        return SIG_BAD_INDEX;
    for (unsigned i = 0; i < set->levels; i++) {
        const uint8_t *path = at + (size_t)set->chains * set->n;
        layer[i] = (SigLayer){.set = set, .layer = i, .tree = index >> height, .key = vk, .values = at, .path = path,
                              .leaf = (uint32_t)(index & ((UINT64_C(1) << height) - 1)),
                              .randomiser = i ? NULL : signature + bytes};
        index >>= height;
        at = path + (size_t)height * set->n;
    }
    return SIG_OK;
}

SigStatus sig_layers(const SigSet *set, const uint8_t *vk, size_t vk_length, const uint8_t *signature, size_t length,
                     SigLayer layer[SIG_LAYERS], unsigned *layers)
{
    assert(set && layer && layers);
    if (vk_length != sig_set_public_size(set) || length != sig_set_signature_size(set))
        return SIG_BAD_LENGTH;
    assert(vk && signature);
    return (is_lms(set) ? lms_layers : xmss_layers)(set, vk, signature, layer, layers);
}

unsigned sig_layers_bottom(const SigLayer *layer, unsigned layers)
{
    return is_lms(layer->set) ? layers - 1 : 0;
}

uint64_t sig_layers_index(const SigLayer *layer, unsigned layers)
{
    uint64_t index = 0;
    if (!is_lms(layer->set))
        return layer->tree << (layer->set->height / layer->set->levels) | layer->leaf;
    for (unsigned i = 0; i < layers; i++) {
        if (i && index >> (63 - layer[i].set->height))
            return UINT64_MAX;
        index = index << layer[i].set->height | layer[i].leaf;
    }
    return index;
}

size_t sig_layer_bytes(const SigLayer *layer)
{
    return (size_t)layer->set->chains * layer->set->n;
}

size_t sig_layer_digest_size(const SigLayer *layer)
{
    return layer->set->n;
}

const uint8_t *sig_layer_identifier(const SigLayer *layer, size_t *length)
{
    *length = is_lms(layer->set) ? SIG_I : layer->set->n;
    return is_lms(layer->set) ? layer->key + 8 : layer->key + 4 + layer->set->n;
}

/* ---- digests and proofs -------------------------------------------------------------------------------------------- */

SigTree sig_layer_tree(const SigLayer *layer)
{
    size_t unused;
    const SigSet *set = layer->set;
    const bool lms = is_lms(set);
    return (SigTree){set, lms ? set->height : set->height / set->levels, NULL, sig_layer_identifier(layer, &unused),
                     lms ? 0 : layer->layer, layer->tree};
}

const uint8_t *sig_layer_root(const SigLayer *layer)
{
    return layer->key + (is_lms(layer->set) ? LMS_PUBLIC : 4);
}

static SigStatus digest_of(const SigLayer *layer, uint64_t index, const uint8_t *message, size_t length, uint8_t *digest)
{
    const SigTree tree = sig_layer_tree(layer);
    SigWork *work = sig_work_new(layer->set->hash, 0);
    if (!work)
        return SIG_NO_MEMORY;
    if (is_lms(layer->set))
        sig_lms_message(&tree, work, layer->leaf, layer->randomiser);
    else
        sig_xmss_message(layer->set, work, layer->randomiser, sig_layer_root(layer), index);
    if (length)
        sig_hash_update(work, message, length);
    sig_hash_end(work, digest, layer->set->n);
    sig_work_free(work);
    return SIG_OK;
}

SigStatus sig_layers_digest(const SigLayer *layer, unsigned layers, const uint8_t *message, size_t length,
                            uint8_t digest[SIG_DIGEST])
{
    assert(layers && (message || !length));
    return digest_of(&layer[sig_layers_bottom(layer, layers)], sig_layers_index(layer, layers), message, length, digest);
}

SigStatus sig_layer_below_digest(const SigLayer *layer, uint8_t digest[SIG_DIGEST])
{
    assert(layer->below);
    return digest_of(layer, 0, layer->below, layer->below_length, digest);
}

SigStatus sig_layer_trace(const SigLayer *layer, unsigned layers, unsigned which, const uint8_t *bottom,
                          uint8_t digest[SIG_DIGEST], uint8_t leaf[SIG_DIGEST])
{
    assert(which < layers);
    SigWork *work = sig_work_new(layer[which].set->hash, sig_one_time_room(layer[which].set));
    if (!work)
        return SIG_NO_MEMORY;
    memcpy(digest, bottom, layer[which].set->n);
    for (unsigned i = sig_layers_bottom(layer, layers); i <= which; i++) {
        const SigTree tree = sig_layer_tree(&layer[i]);
        sig_one_time_leaf(&tree, work, layer[i].leaf, digest, layer[i].values, leaf);
        if (i < which)
            sig_climb(&tree, work, layer[i].leaf, 0, leaf, layer[i].path, digest);
    }
    sig_work_free(work);
    return SIG_OK;
}

static void note_use(SigUses *uses, const SigLayer *layer, const uint8_t *node, const uint8_t *digest)
{
    if (!uses->use)
        return;
    assert(uses->count < SIG_USES);
    SigUse *use = &uses->use[uses->count++];
    sig_sha256(node, layer->set->n, use->key, sizeof use->key);
    sig_sha256(digest, layer->set->n, use->what, sizeof use->what);
    sig_sha256(layer->values, sig_layer_bytes(layer), use->bytes, sizeof use->bytes);
}

/* RFC 8554 Algorithms 4b and 6a; RFC 8391 Algorithms 14 and 17. */
bool sig_layer_leads(const SigLayer *layer, unsigned layers, unsigned which, SigWork *work, const uint8_t *digest,
                     SigUses *uses)
{
    uint8_t node[SIG_MAX_N], root[SIG_MAX_N];
    const SigSet *set = layer[which].set;
    memcpy(root, digest, set->n);
    for (unsigned i = which; i == which || (!is_lms(set) && i < layers); i++) {
        const SigTree tree = sig_layer_tree(&layer[i]);
        sig_one_time_leaf(&tree, work, layer[i].leaf, root, layer[i].values, node);
        note_use(uses, &layer[i], node, root);
        sig_climb(&tree, work, layer[i].leaf, 0, node, layer[i].path, root);
    }
    return CRYPTO_memcmp(root, sig_layer_root(&layer[which]), set->n) == 0;
}

bool sig_layer_reaches(const SigLayer *layer, unsigned layers, unsigned which, SigWork *work, unsigned from,
                       const uint8_t *node, const uint8_t *path)
{
    uint8_t root[SIG_MAX_N];
    SigUses nobody = {NULL, 0};
    const SigTree tree = sig_layer_tree(&layer[which]);
    sig_climb(&tree, work, layer[which].leaf, from, node, path, root);
    if (!is_lms(layer->set) && which + 1 < layers)
        return sig_layer_leads(layer, layers, which + 1, work, root, &nobody);
    return CRYPTO_memcmp(root, sig_layer_root(&layer[which]), layer[which].set->n) == 0;
}

SigStatus sig_layer_holds(const SigLayer *layer, unsigned layers, unsigned which, const uint8_t *digest)
{
    assert(which < layers);
    SigUses nobody = {NULL, 0};
    SigWork *work = sig_work_new(layer[which].set->hash, sig_one_time_room(layer[which].set));
    if (!work)
        return SIG_NO_MEMORY;
    const bool good = sig_layer_leads(layer, layers, which, work, digest, &nobody);
    sig_work_free(work);
    return good ? SIG_OK : SIG_INVALID;
}

bool sig_layers_meet(const SigLayer *a, const SigLayer *b, unsigned layers)
{
    unsigned which = 0; /* of XMSS^MT the one above which the two are in the same trees and leaves */
    for (unsigned i = 0; i < layers && !is_lms(a->set); i++)
        which = a[i].tree == b[i].tree && a[i].leaf != b[i].leaf ? i : which;
    const uint32_t apart = a[which].leaf ^ b[which].leaf;
    if (a[which].set != b[which].set || a[which].tree != b[which].tree || !apart)
        return false;
    const unsigned level = 31 - (unsigned)__builtin_clz(apart); /* where the ways are neighbours */
    SigWork *work = sig_work_new(a[which].set->hash, sig_one_time_room(a[which].set));
    const bool good = work && sig_layer_reaches(a, layers, which, work, level, b[which].path + (size_t)level * a[which].set->n,
                                                a[which].path);
    sig_work_free(work);
    return good;
}
