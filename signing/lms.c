/* LM-OTS and the nodes of an LMS tree. RFC 8554 sections 4 and 5. */
#include "signing/internal.h"

#include <assert.h>
#include <string.h>

/* RFC 8554 section 3.1.1 and 7.1 */
enum { D_PBLC = 0x8080, D_LEAF = 0x8282, D_INTR = 0x8383, PREFIX = SIG_I + 4 + 2, CHAIN_PREFIX = PREFIX + 1 };

static void put_prefix(const SigTree *tree, uint32_t number, uint16_t kind, uint8_t *out)
{
    memcpy(out, tree->open, SIG_I);
    sig_put(out + SIG_I, number, 4);
    sig_put(out + SIG_I + 4, kind, 2);
}

void sig_lms_derive(const SigTree *tree, SigWork *work, uint32_t q, uint16_t i, uint8_t *out, size_t n)
{
    assert(tree->secret && n <= tree->set->n);
    uint8_t message[CHAIN_PREFIX + 32];
    put_prefix(tree, q, i, message);
    message[PREFIX] = 0xff;
    memcpy(message + CHAIN_PREFIX, tree->secret, tree->set->n);
    sig_hash(work, message, CHAIN_PREFIX + tree->set->n, out, n);
    explicit_bzero(message, sizeof message);
}

/* ---- chains ---------------------------------------------------------------------------------------------------- */

/* RFC 8554 Algorithm 1 step 4; Appendix A has the same shape with j = 0xff, which is "step -1". */
void sig_lms_step(const SigTree *tree, SigWork *work, const SigChain *const *chains, const int *at, size_t count)
{
    const size_t n = tree->set->n;
    uint8_t message[SIG_BATCH][64];
    assert(count && count <= SIG_BATCH);
    for (size_t i = 0; i < count; i++) {
        put_prefix(tree, chains[i]->leaf, chains[i]->chain, message[i]);
        message[i][PREFIX] = (uint8_t)at[i];
        memcpy(message[i] + CHAIN_PREFIX, at[i] < 0 ? tree->secret : chains[i]->value, n);
    }
    sig_hash_many(work, message[0], sizeof message[0], CHAIN_PREFIX + n, message[0], sizeof message[0], n, count);
    for (size_t i = 0; i < count; i++)
        memcpy(chains[i]->value, message[i], n);
    explicit_bzero(message, sizeof message);
}

static bool has_lanes(const SigSet *set, const SigLanes *lanes)
{
    return set->hash == SIG_SHA256 || (lanes->lms_shake_chains && set->n >= 24); /* toys have less */
}

static void run_chains(const SigTree *tree, SigWork *work, const SigChain *chains, size_t count)
{
    SigColumns x;
    if (!has_lanes(tree->set, work->lanes)) {
        sig_step_chains(tree, work, sig_lms_step, -1, chains, count);
        return;
    }
    x.words = tree->set->n / 4;
    for (unsigned i = 0; i < 4; i++)
        x.id[i] = (uint32_t)sig_get(tree->open + 4 * i, 4);
    sig_run_chains(work->lanes, &x, tree->set->hash == SIG_SHA256 ? SIG_CHAINS_LMS : SIG_CHAINS_LMS_SHAKE, tree->secret,
                   chains, count);
}

/* ---- leaves and nodes -------------------------------------------------------------------------------------------- */

static size_t key_stride(const SigSet *set)
{
    return (PREFIX + (size_t)set->chains * set->n + 63) / 64 * 64 + 64; /* not a power of two */
}

static size_t chains_room(const SigSet *set, size_t leaves)
{
    return (sizeof(SigChain) * set->chains * leaves + 63) / 64 * 64;
}

size_t sig_lms_leaves_room(const SigSet *set)
{
    return chains_room(set, SIG_BATCH) + SIG_BATCH * key_stride(set);
}

size_t sig_lms_one_time_room(const SigSet *set)
{
    return chains_room(set, 1) + key_stride(set);
}

/* From keys laid out as PREFIX || y[0] || ... to the nodes of their leaves: RFC 8554 Algorithm 1 step 5, section 5.3 */
static void finish_leaves(const SigTree *tree, SigWork *work, const uint32_t *leaf, unsigned count, uint8_t *keys,
                          uint8_t *out)
{
    const SigSet *set = tree->set;
    uint8_t message[SIG_BATCH][64];
    for (unsigned i = 0; i < count; i++) {
        put_prefix(tree, leaf[i], D_PBLC, keys + i * key_stride(set));
        put_prefix(tree, (uint32_t)(leaf[i] + (UINT64_C(1) << tree->height)), D_LEAF, message[i]);
    }
    sig_hash_many(work, keys, key_stride(set), PREFIX + (size_t)set->chains * set->n, message[0] + PREFIX,
                  sizeof message[0], set->n, count);
    sig_hash_many(work, message[0], sizeof message[0], PREFIX + set->n, out, set->n, set->n, count);
}

void sig_lms_leaves(const SigTree *tree, SigWork *work, uint64_t first, unsigned count, uint8_t *out)
{
    const SigSet *set = tree->set;
    assert(count <= SIG_BATCH && work->room >= sig_lms_leaves_room(set) && tree->secret);
    SigChain *chains = (SigChain *)work->scratch;
    uint8_t *keys = work->scratch + chains_room(set, SIG_BATCH);
    uint32_t number[SIG_BATCH] = {0};
    size_t k = 0;
    for (unsigned leaf = 0; leaf < count; leaf++) {
        number[leaf] = (uint32_t)first + leaf;
        for (unsigned i = 0; i < set->chains; i++)
            chains[k++] = (SigChain){number[leaf], (uint16_t)i, -1, (uint16_t)(1u << set->w),
                                     keys + leaf * key_stride(set) + PREFIX + i * set->n};
    }
    run_chains(tree, work, chains, k);
    finish_leaves(tree, work, number, count, keys, out);
}

void sig_lms_parents(const SigTree *tree, SigWork *work, unsigned level, uint64_t first, unsigned count,
                     const uint8_t *children, uint8_t *out)
{
    const size_t n = tree->set->n;
    const uint64_t row = UINT64_C(1) << (tree->height - level);
    uint8_t message[SIG_BATCH][PREFIX + 2 * 32 + 10];
    while (count) {
        unsigned batch = count < SIG_BATCH ? count : SIG_BATCH;
        for (unsigned i = 0; i < batch; i++) {
            put_prefix(tree, (uint32_t)(row + first + i), D_INTR, message[i]);
            memcpy(message[i] + PREFIX, children + 2 * n * i, 2 * n);
        }
        sig_hash_many(work, message[0], sizeof message[0], PREFIX + 2 * n, out, n, n, batch);
        first += batch, count -= batch, children += 2 * n * batch, out += n * batch;
    }
}

/* RFC 8554 Algorithm 6a step 4. */
void sig_lms_climb(const SigTree *tree, SigWork *work, uint32_t leaf, unsigned from, const uint8_t *node,
                   const uint8_t *path, uint8_t *root)
{
    const size_t n = tree->set->n;
    uint8_t message[PREFIX + 2 * 32];
    uint64_t number = ((UINT64_C(1) << tree->height) + leaf) >> from;
    memcpy(root, node, n);
    for (unsigned level = from; level < tree->height; level++, number >>= 1) {
        put_prefix(tree, (uint32_t)(number >> 1), D_INTR, message);
        sig_put_pair(number & 1, root, path + level * n, n, message + PREFIX);
        sig_hash(work, message, PREFIX + 2 * n, root, n);
    }
}

/* ---- one-time signatures ------------------------------------------------------------------------------------------ */

void sig_lms_sign(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *digest, uint8_t *out)
{
    const SigSet *set = tree->set;
    assert(tree->secret && work->room >= sig_lms_one_time_room(set));
    SigChain *chains = (SigChain *)work->scratch;
    uint8_t digit[SIG_MAX_CHAINS];
    sig_digits(set, digest, digit);
    for (unsigned i = 0; i < set->chains; i++)
        chains[i] = (SigChain){leaf, (uint16_t)i, -1, (uint16_t)(1 + digit[i]), out + i * set->n};
    run_chains(tree, work, chains, set->chains);
}

void sig_lms_leaf(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *digest, const uint8_t *values,
                  uint8_t *out)
{
    const SigSet *set = tree->set;
    assert(work->room >= sig_lms_one_time_room(set));
    SigChain *chains = (SigChain *)work->scratch;
    uint8_t *key = work->scratch + chains_room(set, 1);
    uint8_t digit[SIG_MAX_CHAINS];
    const unsigned top = (1u << set->w) - 1;
    sig_digits(set, digest, digit);
    memcpy(key + PREFIX, values, (size_t)set->chains * set->n);
    for (unsigned i = 0; i < set->chains; i++)
        chains[i] = (SigChain){leaf, (uint16_t)i, digit[i], (uint16_t)(top - digit[i]), key + PREFIX + i * set->n};
    run_chains(tree, work, chains, set->chains);
    finish_leaves(tree, work, &leaf, 1, key, out);
}

void sig_lms_node(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *ends, uint8_t *out)
{
    const SigSet *set = tree->set;
    uint8_t *key = work->scratch + chains_room(set, 1);
    memcpy(key + PREFIX, ends, (size_t)set->chains * set->n);
    finish_leaves(tree, work, &leaf, 1, key, out);
}

/* ---- many ------------------------------------------------------------------------------------------------------------- */

/* sig_lms_climb of each, level by level. */
static void climb_all(const SigTree *tree, SigWork *work, SigWay *const *ways, unsigned count, uint8_t *nodes)
{
    const size_t n = tree->set->n;
    uint8_t message[SIG_BATCH][PREFIX + 2 * 32 + 10];
    for (unsigned level = 0; level < tree->height; level++) {
        for (unsigned i = 0; i < count; i++) {
            const uint64_t number = ((UINT64_C(1) << tree->height) + ways[i]->leaf) >> level;
            put_prefix(tree, (uint32_t)(number >> 1), D_INTR, message[i]);
            sig_put_pair(number & 1, nodes + i * n, ways[i]->path + level * n, n, message[i] + PREFIX);
        }
        sig_hash_many(work, message[0], sizeof message[0], PREFIX + 2 * n, nodes, n, n, count);
    }
}

void sig_lms_roots(const SigTree *tree, SigWork *work, SigWay *const *ways, unsigned count)
{
    const SigSet *set = tree->set;
    assert(count <= SIG_BATCH && work->room >= sig_lms_leaves_room(set));
    SigChain *chains = (SigChain *)work->scratch;
    uint8_t *keys = work->scratch + chains_room(set, SIG_BATCH), nodes[SIG_BATCH * 32];
    uint32_t leaf[SIG_BATCH] = {0};
    run_chains(tree, work, chains, sig_order_ways(set, ways, count, keys + PREFIX, key_stride(set), chains));
    for (unsigned i = 0; i < count; i++)
        leaf[i] = ways[i]->leaf;
    finish_leaves(tree, work, leaf, count, keys, nodes);
    climb_all(tree, work, ways, count, nodes);
    for (unsigned i = 0; i < count; i++)
        memcpy(ways[i]->root, nodes + i * set->n, set->n);
}
