/* Signatures of the four schemes. RFC 8554 sections 4.5, 4.6, 5.4, 6; RFC 8391 sections 4.1.9, 4.1.10, 4.2.4, 4.2.5.
 *
 * A signature is a stack of levels, top first for LMS and HSS, bottom first for XMSS^MT (as they are encoded). All but
 * the lowest sign the root of the tree below. A stream does everything that does not need the message in `begin`.
 */
#include "signing/internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_CACHE = 256 << 20, LMS_PUBLIC = 24 };

struct SigStream {
    const SigSet *set;
    SigUses uses;                 /* verifying: use is NULL if nobody asks */
    SigLayer layer[SIG_LAYERS];   /* verifying */
    unsigned layers;
    bool signing;
    SigWork *work;
    SigTree bottom;               /* tree of the leaf that signs the message */
    uint32_t leaf;                /* in that tree */
    uint8_t secret[SIG_MAX_N];    /* bottom.secret */
    uint8_t open[SIG_MAX_N];      /* bottom.open */
    uint8_t *values;              /* signing: where in the signature the chains of the bottom level are */
    uint8_t signature[];          /* verifying: the public key behind it */
};

void sig_stream_free(SigStream *s)
{
    if (!s)
        return;
    sig_work_free(s->work);
    explicit_bzero(s, sizeof *s); /* the signature is public */
    free(s);
}

static SigStream *stream_new(const SigSet *set, bool signing)
{
    const SigSet *bottom = set->scheme == SIG_HSS ? set->level[set->levels - 1] : set;
    SigStream *s = calloc(1, sizeof *s + sig_set_signature_size(set) + sig_set_public_size(set));
    if (!s)
        return NULL;
    s->set = set;
    s->signing = signing;
    s->work = sig_work_new(set->hash, sig_one_time_room(bottom));
    s->bottom = (SigTree){.set = bottom, .height = bottom->height / bottom->levels, .open = s->open};
    if (signing)
        s->bottom.secret = s->secret;
    if (s->work)
        return s;
    sig_stream_free(s);
    return NULL;
}

/* ---- message digests ---------------------------------------------------------------------------------------------- */

/* RFC 8554 Algorithm 3 step 4: H(I || u32(q) || D_MESG || C || message) */
void sig_lms_message(const SigTree *tree, SigWork *work, uint32_t q, const uint8_t *c)
{
    uint8_t prefix[SIG_I + 4 + 2];
    memcpy(prefix, tree->open, SIG_I);
    sig_put(prefix + SIG_I, q, 4);
    sig_put(prefix + SIG_I + 4, 0x8181, 2);
    sig_hash_begin(work);
    sig_hash_update(work, prefix, sizeof prefix);
    sig_hash_update(work, c, tree->set->n);
}

/* RFC 8391 section 4.1.9: H_msg(r || root || toByte(index, n), message) */
void sig_xmss_message(const SigSet *set, SigWork *work, const uint8_t *r, const uint8_t *root, uint64_t index)
{
    uint8_t text[4 * SIG_MAX_N] = {0}, *key = text + set->pad;
    sig_put(text, 2, set->pad);
    memcpy(key, r, set->n);
    memcpy(key + set->n, root, set->n);
    sig_put(key + 3 * set->n - 8, index, 8);
    sig_hash_begin(work);
    sig_hash_update(work, text, set->pad + 3 * set->n);
}

void sig_stream_update(SigStream *s, const uint8_t *data, size_t length)
{
    assert(s && (data || !length));
    if (length)
        sig_hash_update(s->work, data, length);
}

/* ---- LMS and HSS ----------------------------------------------------------------------------------------------------- */

typedef struct {
    SigTree tree;
    uint32_t leaf;
    uint8_t secret[32], open[SIG_I];
} Level;

/* The tree of each level on the way to an index. */
static void hss_levels(const SigSet *set, SigWork *work, const uint8_t *seed, uint64_t index, Level *level)
{
    const unsigned levels = set->scheme == SIG_HSS ? set->levels : 1;
    unsigned below = set->height;
    memcpy(level[0].secret, seed, set->n);
    memcpy(level[0].open, seed + set->n, SIG_I);
    for (unsigned i = 0; i < levels; i++) {
        const SigSet *own = set->scheme == SIG_HSS ? set->level[i] : set;
        below -= own->height;
        uint64_t leaf = below >= 64 ? 0 : index >> below;
        level[i].tree = (SigTree){own, own->height, level[i].secret, level[i].open, 0, 0};
        level[i].leaf = (uint32_t)(leaf & ((UINT64_C(1) << own->height) - 1));
        if (i + 1 < levels) {
            sig_lms_derive(&level[i].tree, work, level[i].leaf, 0xfffe, level[i + 1].secret, set->n);
            sig_lms_derive(&level[i].tree, work, level[i].leaf, 0xffff, level[i + 1].open, SIG_I);
        }
    }
}

void sig_lower_seed(const SigSet *set, const uint8_t *seed, uint64_t index, unsigned at, uint8_t *out)
{
    assert(set && seed && out && set->scheme == SIG_HSS && at < set->levels);
    Level level[8] = {0};
    SigWork *work = sig_work_new(set->hash, 0);
    assert(work);
    hss_levels(set, work, seed, index, level);
    memcpy(out, level[at].secret, set->n);
    memcpy(out + set->n, level[at].open, SIG_I);
    sig_work_free(work);
    explicit_bzero(level, sizeof level);
}

static void lms_put_public(const SigTree *tree, const uint8_t *root, uint8_t *out)
{
    sig_put(out, tree->set->type, 4);
    sig_put(out + 4, tree->set->ots, 4);
    memcpy(out + 8, tree->open, SIG_I);
    memcpy(out + LMS_PUBLIC, root, tree->set->n);
}

/* Places in an LMS signature: u32 q, u32 ots, C, y, u32 type, path. */
static uint8_t *lms_values(const SigSet *set, uint8_t *signature)
{
    return signature + 8 + set->n;
}

static uint8_t *lms_path(const SigSet *set, uint8_t *signature)
{
    return lms_values(set, signature) + (size_t)set->chains * set->n + 4;
}

/* Everything but the chains. */
static void lms_put_frame(const SigTree *tree, SigWork *work, uint32_t leaf, uint8_t *out)
{
    sig_put(out, leaf, 4);
    sig_put(out + 4, tree->set->ots, 4);
    sig_lms_derive(tree, work, leaf, 0xfffd, out + 8, tree->set->n);
    sig_put(lms_path(tree->set, out) - 4, tree->set->type, 4);
}

/* A level of HSS that signs the public key below it. */
static SigStatus hss_sign_below(SigCache *cache, SigWork *work, const Level *level, const uint8_t *message, size_t length,
                                uint8_t *out)
{
    uint8_t digest[32];
    sig_lms_message(&level->tree, work, level->leaf, out + 8);
    sig_hash_update(work, message, length);
    sig_hash_end(work, digest, level->tree.set->n);
    return sig_tree_one_time(cache, &level->tree, level->leaf, digest, lms_values(level->tree.set, out));
}

/* Fills all but the chains of the lowest level. RFC 8554 Algorithm 8. */
static SigStatus hss_sign_begin(SigStream *s, SigCache *cache, const Level *level, const SigControl *control)
{
    const bool hss = s->set->scheme == SIG_HSS;
    const unsigned levels = hss ? s->set->levels : 1;
    uint8_t *at = s->signature + (hss ? 4 : 0), *above = NULL, root[32];
    if (hss)
        sig_put(s->signature, levels - 1, 4);
    for (unsigned i = 0; i < levels; i++) {
        const SigTree *tree = &level[i].tree;
        const bool last = i + 1 == levels;
        SigStatus status = sig_tree_path(cache, tree, control, level[i].leaf,
                                         lms_path(tree->set, i ? at + LMS_PUBLIC + s->set->n : at), root);
        if (status == SIG_OK && i) {
            lms_put_public(tree, root, at);
            status = hss_sign_below(cache, s->work, &level[i - 1], at, LMS_PUBLIC + s->set->n, above);
            at += LMS_PUBLIC + s->set->n;
        }
        if (status != SIG_OK)
            return status;
        lms_put_frame(tree, s->work, level[i].leaf, at);
        above = at;
        at += last ? 0 : sig_set_signature_size(tree->set);
    }
    s->values = lms_values(s->bottom.set, above);
    s->leaf = level[levels - 1].leaf;
    memcpy(s->secret, level[levels - 1].secret, s->set->n);
    memcpy(s->open, level[levels - 1].open, SIG_I);
    sig_lms_message(&s->bottom, s->work, s->leaf, above + 8);
    return SIG_OK;
}

static SigStatus lms_public(SigCache *cache, const SigSet *set, const uint8_t *seed, const SigControl *control,
                            uint8_t *vk)
{
    const SigSet *top = set->scheme == SIG_HSS ? set->level[0] : set;
    const SigTree tree = {top, top->height, seed, seed + set->n, 0, 0};
    uint8_t root[SIG_MAX_N];
    SigStatus status = sig_tree_path(cache, &tree, control, 0, NULL, root);
    if (status != SIG_OK)
        return status;
    if (set->scheme == SIG_HSS)
        sig_put(vk, set->levels, 4);
    lms_put_public(&tree, root, vk + (set->scheme == SIG_HSS ? 4 : 0));
    return SIG_OK;
}

/* An upper level of HSS: the message is the public key below. */
static SigStatus hss_verify_above(SigStream *s, unsigned level)
{
    uint8_t digest[SIG_DIGEST];
    const SigLayer *own = &s->layer[level];
    SigStatus status = sig_layer_below_digest(own, digest);
    SigWork *work = status == SIG_OK ? sig_work_new(own->set->hash, sig_one_time_room(own->set)) : NULL;
    if (!work)
        return SIG_NO_MEMORY;
    bool good = sig_layer_leads(s->layer, s->layers, level, work, digest, &s->uses);
    sig_work_free(work);
    return good ? SIG_OK : SIG_INVALID;
}

/* The form of every level has been looked at; the signatures of the upper ones. RFC 8554 section 6.3. */
static SigStatus lms_verify_begin(SigStream *s)
{
    const SigLayer *bottom = &s->layer[s->layers - 1];
    const SigTree tree = sig_layer_tree(bottom);
    for (unsigned i = 0; i + 1 < s->layers; i++) {
        SigStatus status = hss_verify_above(s, i);
        if (status != SIG_OK)
            return status;
    }
    sig_lms_message(&tree, s->work, bottom->leaf, bottom->randomiser);
    return SIG_OK;
}

/* ---- XMSS and XMSS^MT -------------------------------------------------------------------------------------------------- */

static unsigned index_bytes(const SigSet *set)
{
    return set->scheme == SIG_XMSS ? 4 : (set->height + 7) / 8;
}

/* The tree of a layer on the way to an index, and the leaf in it. */
static uint32_t xmss_layer(const SigSet *set, const uint8_t *secret, const uint8_t *open, uint64_t index, unsigned layer,
                           SigTree *tree)
{
    const unsigned height = set->height / set->levels;
    index >>= layer * height;
    *tree = (SigTree){set, height, secret, open, layer, index >> height};
    return (uint32_t)(index & ((UINT64_C(1) << height) - 1));
}

static SigStatus xmss_public(SigCache *cache, const SigSet *set, const uint8_t *seed, const SigControl *control,
                             uint8_t *vk)
{
    SigTree tree;
    xmss_layer(set, seed, seed + 2 * set->n, 0, set->levels - 1, &tree);
    SigStatus status = sig_tree_path(cache, &tree, control, 0, NULL, vk + 4);
    sig_put(vk, set->type, 4);
    memcpy(vk + 4 + set->n, seed + 2 * set->n, set->n);
    return status;
}

/* Fills all but the chains of layer 0. RFC 8391 Algorithms 12 and 16. */
static SigStatus xmss_sign_begin(SigStream *s, SigCache *cache, const uint8_t *seed, uint64_t index,
                                 const SigControl *control)
{
    const SigSet *set = s->set;
    const size_t n = set->n, chains = set->chains * n;
    uint8_t *r = s->signature + index_bytes(set), *at = r + n, root[SIG_MAX_N], below[SIG_MAX_N];
    memcpy(s->secret, seed, n);
    memcpy(s->open, seed + 2 * n, n);
    sig_put(s->signature, index, index_bytes(set));
    sig_xmss_randomiser(set, s->work, seed + n, index, r);
    s->values = at;
    for (unsigned layer = 0; layer < set->levels; layer++) {
        SigTree tree;
        uint32_t leaf = xmss_layer(set, s->secret, s->open, index, layer, &tree);
        SigStatus status = sig_tree_path(cache, &tree, control, leaf, at + chains, root);
        if (status == SIG_OK && layer)
            status = sig_tree_one_time(cache, &tree, leaf, below, at);
        if (status != SIG_OK)
            return status;
        memcpy(below, root, n);
        at += chains + tree.height * n;
    }
    s->leaf = xmss_layer(set, s->secret, s->open, index, 0, &s->bottom);
    sig_xmss_message(set, s->work, r, root, index);
    return SIG_OK;
}

static SigStatus xmss_verify_begin(SigStream *s)
{
    sig_xmss_message(s->set, s->work, s->layer[0].randomiser, sig_layer_root(s->layer), sig_layers_index(s->layer, s->layers));
    return SIG_OK;
}

/* ---- the public functions ------------------------------------------------------------------------------------------------ */

static bool is_lms(const SigSet *set)
{
    return set->scheme == SIG_LMS || set->scheme == SIG_HSS;
}

SigStatus sig_public_with(SigCache *cache, const SigSet *set, const uint8_t *seed, const SigControl *control,
                          uint8_t *vk)
{
    assert(set && seed && vk);
    SigCache *own = cache ? NULL : sig_cache_new(DEFAULT_CACHE);
    SigStatus status = SIG_NO_MEMORY;
    if (cache || own)
        status = (is_lms(set) ? lms_public : xmss_public)(cache ? cache : own, set, seed, control, vk);
    sig_cache_free(own);
    if (status != SIG_OK)
        memset(vk, 0, sig_set_public_size(set));
    return status;
}

SigStatus sig_public(SigCache *cache, const SigSet *set, const uint8_t *seed, uint8_t *vk)
{
    return sig_public_with(cache, set, seed, NULL, vk);
}

static SigStatus sign_begin(SigStream *s, SigCache *cache, const uint8_t *seed, uint64_t index,
                            const SigControl *control)
{
    if (!is_lms(s->set))
        return xmss_sign_begin(s, cache, seed, index, control); /* only copies the seed */
    Level level[8] = {0};
    hss_levels(s->set, s->work, seed, index, level);
    SigStatus status = hss_sign_begin(s, cache, level, control);
    explicit_bzero(level, sizeof level);
    sig_burn_hash();
    return status;
}

SigStatus sig_sign_begin(SigCache *cache, const SigSet *set, const uint8_t *seed, uint64_t index,
                         const SigControl *control, SigStream **stream)
{
    assert(set && seed && stream);
    *stream = NULL;
    if (index >= sig_set_capacity(set))
        return SIG_INDEX_OUT_OF_RANGE;
    SigCache *own = cache ? NULL : sig_cache_new(DEFAULT_CACHE);
    SigStream *s = stream_new(set, true);
    SigStatus status = s && (cache || own) ? sign_begin(s, cache ? cache : own, seed, index, control) : SIG_NO_MEMORY;
    sig_cache_free(own);
    if (status == SIG_OK)
        *stream = s;
    else
        sig_stream_free(s);
    return status;
}

SigStatus sig_sign_end(SigStream *s, uint8_t *signature)
{
    assert(s && s->signing && signature);
    uint8_t digest[SIG_MAX_N];
    sig_hash_end(s->work, digest, s->set->n);
    sig_one_time_sign(&s->bottom, s->work, s->leaf, digest, s->values);
    memcpy(signature, s->signature, sig_set_signature_size(s->set));
    sig_stream_free(s);
    sig_burn_lanes();
    return SIG_OK;
}

SigStatus sig_sign(SigCache *cache, const SigSet *set, const uint8_t *seed, uint64_t index, const uint8_t *message,
                   size_t length, uint8_t *signature)
{
    assert(signature);
    SigStream *s;
    SigStatus status = sig_sign_begin(cache, set, seed, index, NULL, &s);
    if (status != SIG_OK) {
        memset(signature, 0, sig_set_signature_size(set));
        return status;
    }
    sig_stream_update(s, message, length);
    return sig_sign_end(s, signature);
}

static SigStatus verify_begin(const SigSet *set, const uint8_t *vk, size_t vk_length, const uint8_t *signature,
                              size_t signature_length, SigUse *use, SigStream **stream)
{
    assert(set && stream);
    *stream = NULL;
    if (vk_length != sig_set_public_size(set) || signature_length != sig_set_signature_size(set))
        return SIG_BAD_LENGTH;
    assert(vk && signature);
    SigStream *s = stream_new(set, false);
    if (!s)
        return SIG_NO_MEMORY;
    uint8_t *key = s->signature + signature_length;
    memcpy(s->signature, signature, signature_length);
    memcpy(key, vk, vk_length);
    s->uses.use = use;
    SigStatus status = sig_layers(set, key, vk_length, s->signature, signature_length, s->layer, &s->layers);
    if (status == SIG_OK)
        status = (is_lms(set) ? lms_verify_begin : xmss_verify_begin)(s);
    if (status == SIG_OK)
        *stream = s;
    else
        sig_stream_free(s);
    return status;
}

SigStatus sig_verify_begin(const SigSet *set, const uint8_t *vk, size_t vk_length, const uint8_t *signature,
                           size_t signature_length, SigStream **stream)
{
    return verify_begin(set, vk, vk_length, signature, signature_length, NULL, stream);
}

static SigStatus verify_end(SigStream *s, unsigned *uses)
{
    uint8_t digest[SIG_MAX_N];
    sig_hash_end(s->work, digest, s->set->n);
    bool good = sig_layer_leads(s->layer, s->layers, sig_layers_bottom(s->layer, s->layers), s->work, digest, &s->uses);
    *uses = good ? s->uses.count : 0;
    sig_stream_free(s);
    return good ? SIG_OK : SIG_INVALID;
}

SigStatus sig_verify_end(SigStream *s)
{
    unsigned uses;
    assert(s && !s->signing);
    return verify_end(s, &uses);
}

SigStatus sig_uses(const SigSet *set, const uint8_t *vk, size_t vk_length, const uint8_t *message, size_t length,
                   const uint8_t *signature, size_t signature_length, SigUse use[SIG_USES], unsigned *uses)
{
    SigStream *s;
    assert(use && uses);
    *uses = 0;
    SigStatus status = verify_begin(set, vk, vk_length, signature, signature_length, use, &s);
    if (status != SIG_OK)
        return status;
    sig_stream_update(s, message, length);
    return verify_end(s, uses);
}

SigStatus sig_verify(const SigSet *set, const uint8_t *vk, size_t vk_length, const uint8_t *message, size_t length,
                     const uint8_t *signature, size_t signature_length)
{
    SigStream *s;
    SigStatus status = sig_verify_begin(set, vk, vk_length, signature, signature_length, &s);
    if (status != SIG_OK)
        return status;
    sig_stream_update(s, message, length);
    return sig_verify_end(s);
}
