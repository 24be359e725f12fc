/* WOTS+ and the nodes of an XMSS tree. RFC 8391 sections 2.5, 3.1, 4.1, 5.1; SP 800-208 sections 5 and 6.2. */
#include "signing/internal.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

/* Domain separators: RFC 8391 section 5.1, SP 800-208 section 5 */
enum { F_KIND = 0, H_KIND = 1, PRF_KIND = 3, KEYGEN_KIND = 4 };
/* Types of addresses and places in them: RFC 8391 section 2.5 */
enum { OTS_ADDRESS = 0, LTREE_ADDRESS = 1, NODE_ADDRESS = 2, ADDRESS = 32 };
enum { PRF_ROOM = SIG_MAX_N + SIG_MAX_N + ADDRESS, H_ROOM = 4 * SIG_MAX_N, KEYGEN_ROOM = 3 * SIG_MAX_N + ADDRESS };

enum { AHEAD = 96 }; /* nodes whose keys and masks are made together: they need no other node, so they fill the lanes */

/* What is hashed, and keys and masks; at the start of the work's scratch. */
typedef struct {
    union {
        uint8_t key[3 * AHEAD][SIG_MAX_N];
        uint32_t ready[24][SIG_COLUMNS]; /* where nodes have lanes of their own */
    };
    uint8_t prf[SIG_BATCH][PRF_ROOM], message[SIG_BATCH][H_ROOM];
    uint8_t keygen[SIG_BATCH][KEYGEN_ROOM + 16];
} Scratch;

typedef struct {
    uint32_t kind, a, b, c; /* words 3 to 6; word 7 (keyAndMask) is put by who hashes */
} Place;

static void put_word(uint8_t *out, uint32_t word)
{
    word = htobe32(word);
    memcpy(out, &word, 4);
}

/* toByte(kind, pad) */
static void put_kind(const SigSet *set, uint8_t kind, uint8_t *out)
{
    memset(out, 0, set->pad);
    out[set->pad - 1] = kind;
}

static void put_address(const SigTree *tree, const Place *place, uint32_t key_and_mask, uint8_t *out)
{
    put_word(out, tree->layer);
    put_word(out + 4, (uint32_t)(tree->tree >> 32));
    put_word(out + 8, (uint32_t)tree->tree);
    put_word(out + 12, place->kind);
    put_word(out + 16, place->a);
    put_word(out + 20, place->b);
    put_word(out + 24, place->c);
    put_word(out + 28, key_and_mask);
}

static size_t prf_length(const SigSet *set)
{
    return set->pad + set->n + ADDRESS;
}

/* PRF's first block is the same for a whole key where n = 32. */
static bool has_prf_state(const SigSet *set)
{
    return set->hash == SIG_SHA256 && set->n == 32;
}

/* PRF(SEED, ADRS) as a message. */
static void put_prf(const SigTree *tree, const Place *place, uint32_t key_and_mask, uint8_t *out)
{
    const SigSet *set = tree->set;
    put_kind(set, PRF_KIND, out);
    memcpy(out + set->pad, tree->open, set->n);
    put_address(tree, place, key_and_mask, out + set->pad + set->n);
}

/* The state after toByte(kind, 32) || seed. */
static void state_after(uint8_t kind, const uint8_t *seed, uint32_t state[8])
{
    uint8_t block[64];
    sig_put(block, kind, 32);
    memcpy(block + 32, seed, 32);
    sig_sha256_block(block, state);
    explicit_bzero(block, sizeof block);
}

/* PRF(SEED, ADRS) with keyAndMask 0 .. each - 1 for each place, to the keys of the scratch. */
static void make_keys(const SigTree *tree, SigWork *work, const Place *places, size_t count, unsigned each)
{
    Scratch *x = (Scratch *)work->scratch;
    assert(each * count <= 3 * AHEAD);
    for (size_t done = 0; done < each * count;) {
        size_t k = 0;
        for (; k < SIG_BATCH && done + k < each * count; k++)
            put_prf(tree, &places[(done + k) / each], (done + k) % each, x->prf[k]);
        sig_hash_many(work, x->prf[0], PRF_ROOM, prf_length(tree->set), x->key[done], SIG_MAX_N, tree->set->n, k);
        done += k;
    }
}

static void words_of(const uint8_t *bytes, unsigned words, uint32_t *out)
{
    for (unsigned i = 0; i < words; i++)
        out[i] = (uint32_t)sig_get(bytes + 4 * i, 4);
}

/* What all lanes share, with SHA-256. */
static void set_constants(const SigTree *tree, uint32_t type, SigColumns *x)
{
    x->words = tree->set->n / 4;
    words_of(tree->open, x->words, x->seed);
    x->address[0] = tree->layer;
    x->address[1] = (uint32_t)(tree->tree >> 32);
    x->address[2] = (uint32_t)tree->tree;
    x->address[3] = type;
    if (has_prf_state(tree->set))
        state_after(PRF_KIND, tree->open, x->prf);
    sig_set_early(x, SIG_CHAINS_WOTS);
}

/* Keys and masks of count <= AHEAD nodes. */
static void prepare_nodes(const SigTree *tree, SigWork *work, const Place *places, size_t count)
{
    SigColumns x;
    assert(count && count <= AHEAD);
    if (!has_prf_state(tree->set)) {
        make_keys(tree, work, places, count, 3);
        return;
    }
    set_constants(tree, places[0].kind, &x);
    for (size_t i = 0; i < count; i++) {
        x.leaf[i] = places[i].a;
        x.chain[i] = places[i].b;
        x.at[i] = places[i].c;
    }
    work->lanes->nodes_ahead(&x, 0, count, ((Scratch *)work->scratch)->ready);
}

static void mask(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t n)
{
    for (size_t i = 0; i < n; i += 8) {
        uint64_t x, y;
        memcpy(&x, a + i, 8);
        memcpy(&y, b + i, 8);
        x ^= y;
        memcpy(out + i, &x, 8);
    }
}

void sig_xmss_randomiser(const SigSet *set, SigWork *work, const uint8_t *prf_key, uint64_t index, uint8_t *out)
{
    uint8_t message[PRF_ROOM] = {0};
    sig_put(message, PRF_KIND, set->pad);
    memcpy(message + set->pad, prf_key, set->n);
    sig_put(message + set->pad + set->n + 24, index, 8);
    sig_hash(work, message, set->pad + set->n + 32, out, set->n);
    explicit_bzero(message, sizeof message);
}

/* ---- chains -------------------------------------------------------------------------------------------------------- */

/* sk[i] = PRF_keygen(SK_SEED, PUB_SEED || ADRS): SP 800-208 section 6.2 */
static void start_chains(const SigTree *tree, SigWork *work, const SigChain *chains, size_t count)
{
    const SigSet *set = tree->set;
    const size_t n = set->n;
    Scratch *x = (Scratch *)work->scratch;
    assert(count <= SIG_BATCH);
    for (size_t i = 0; i < count; i++) {
        uint8_t *message = x->keygen[i];
        Place place = {OTS_ADDRESS, chains[i].leaf, chains[i].chain, 0};
        put_kind(set, KEYGEN_KIND, message);
        memcpy(message + set->pad, tree->secret, n);
        memcpy(message + set->pad + n, tree->open, n);
        put_address(tree, &place, 0, message + set->pad + 2 * n);
    }
    sig_hash_many(work, x->keygen[0], sizeof x->keygen[0], set->pad + 2 * n + ADDRESS, x->key[0], SIG_MAX_N, n, count);
    for (size_t i = 0; i < count; i++)
        memcpy(chains[i].value, x->key[i], n);
}

/* RFC 8391 Algorithm 2, one step for up to SIG_BATCH chains: place j of chain i is at[i]. */
void sig_xmss_step(const SigTree *tree, SigWork *work, const SigChain *const *chains, const int *at, size_t count)
{
    const size_t n = tree->set->n, pad = tree->set->pad;
    Scratch *x = (Scratch *)work->scratch;
    Place places[SIG_BATCH];
    assert(count && count <= SIG_BATCH);
    for (size_t i = 0; i < count; i++)
        places[i] = (Place){OTS_ADDRESS, chains[i]->leaf, chains[i]->chain, (uint32_t)at[i]};
    make_keys(tree, work, places, count, 2);
    for (size_t i = 0; i < count; i++) {
        put_kind(tree->set, F_KIND, x->message[i]);
        memcpy(x->message[i] + pad, x->key[2 * i], n);
        mask(x->message[i] + pad + n, chains[i]->value, x->key[2 * i + 1], n);
    }
    sig_hash_many(work, x->message[0], H_ROOM, pad + 2 * n, x->message[0], H_ROOM, n, count);
    for (size_t i = 0; i < count; i++)
        memcpy(chains[i]->value, x->message[i], n);
}

static void run_sha256_chains(const SigTree *tree, SigWork *work, const SigChain *chains, size_t count)
{
    SigColumns x;
    set_constants(tree, OTS_ADDRESS, &x);
    if (tree->secret && has_prf_state(tree->set))
        state_after(KEYGEN_KIND, tree->secret, x.start);
    else if (tree->secret)
        words_of(tree->secret, x.words, x.start);
    sig_run_chains(work->lanes, &x, SIG_CHAINS_WOTS, NULL, chains, count);
}

static void run_chains(const SigTree *tree, SigWork *work, const SigChain *chains, size_t count)
{
    if (tree->set->hash == SIG_SHA256) {
        run_sha256_chains(tree, work, chains, count);
        return;
    }
    for (size_t i = 0; i < count; i += SIG_BATCH)
        if (chains[i].from < 0)
            start_chains(tree, work, chains + i, count - i < SIG_BATCH ? count - i : SIG_BATCH);
    sig_step_chains(tree, work, sig_xmss_step, 0, chains, count);
}

/* ---- nodes --------------------------------------------------------------------------------------------------------- */

/* RAND_HASH (RFC 8391 Algorithm 7) of count <= SIG_BATCH pairs of nodes, 2n bytes each, with the scratch's keys and masks
 * from number `first` on; out may be where pairs are. */
static void hash_pairs(const SigTree *tree, SigWork *work, size_t first, const uint8_t *const *pairs,
                       uint8_t *const *out, size_t count)
{
    const size_t n = tree->set->n, pad = tree->set->pad;
    Scratch *x = (Scratch *)work->scratch;
    assert(count && count <= SIG_BATCH && first + count <= AHEAD && work->room >= sizeof *x);
    if (has_prf_state(tree->set)) {
        work->lanes->nodes(x->ready, first, pairs, x->message[0], H_ROOM, count);
        for (size_t i = 0; i < count; i++)
            memcpy(out[i], x->message[i], n);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t(*key)[SIG_MAX_N] = &x->key[3 * (first + i)];
        put_kind(tree->set, H_KIND, x->message[i]);
        memcpy(x->message[i] + pad, key[0], n);
        mask(x->message[i] + pad + n, pairs[i], key[1], n);
        mask(x->message[i] + pad + 2 * n, pairs[i] + n, key[2], n);
    }
    sig_hash_many(work, x->message[0], H_ROOM, pad + 3 * n, x->message[0], H_ROOM, n, count);
    for (size_t i = 0; i < count; i++)
        memcpy(out[i], x->message[i], n);
}

/* A walk through the nodes of the L-trees of `leaves` keys: level by level, index by index, so that no output lies on
 * an input still to come. */
typedef struct {
    unsigned leaves, nodes, level, index, leaf; /* nodes: of one key, one level below */
} Walk;

static void walk_on(Walk *w)
{
    if (++w->leaf < w->leaves)
        return;
    w->leaf = 0;
    if (++w->index < w->nodes / 2)
        return;
    w->index = 0;
    w->nodes = (w->nodes + 1) / 2;
    w->level++;
}

/* RFC 8391 Algorithm 8 for `leaves` keys at once; key k has its nodes at keys + k * stride and ends in its first n
 * bytes. */
static void ltrees(const SigTree *tree, SigWork *work, const uint32_t *leaf, unsigned leaves, uint8_t *keys, size_t stride)
{
    const size_t n = tree->set->n;
    Walk at = {leaves, tree->set->chains, 0, 0, 0}, ahead = at;
    Place places[AHEAD];
    size_t made = 0, used = 0;
    while (at.nodes > 1) {
        const Walk before = at;
        const uint8_t *in[SIG_BATCH];
        uint8_t *out[SIG_BATCH];
        size_t k = 0;
        if (used == made) {
            for (made = used = 0; made < AHEAD && ahead.nodes > 1; made++, walk_on(&ahead))
                places[made] = (Place){LTREE_ADDRESS, leaf[ahead.leaf], ahead.level, ahead.index};
            prepare_nodes(tree, work, places, made);
        }
        for (; k < SIG_BATCH && used + k < made && at.level == before.level; k++, walk_on(&at)) {
            in[k] = keys + at.leaf * stride + 2 * n * at.index;
            out[k] = keys + at.leaf * stride + n * at.index;
        }
        hash_pairs(tree, work, used, in, out, k);
        used += k;
        for (unsigned i = 0; i < leaves && before.nodes & 1 && at.level != before.level; i++)
            memmove(keys + i * stride + before.nodes / 2 * n, keys + i * stride + (before.nodes - 1) * n, n);
    }
}

static size_t key_stride(const SigSet *set)
{
    return (size_t)set->chains * set->n + 64;
}

static size_t chains_room(const SigSet *set, size_t leaves)
{
    return (sizeof(SigChain) * set->chains * leaves + 63) / 64 * 64;
}

size_t sig_xmss_leaves_room(const SigSet *set)
{
    return sizeof(Scratch) + chains_room(set, SIG_BATCH) + SIG_BATCH * key_stride(set);
}

size_t sig_xmss_one_time_room(const SigSet *set)
{
    return sizeof(Scratch) + chains_room(set, 1) + key_stride(set);
}

void sig_xmss_leaves(const SigTree *tree, SigWork *work, uint64_t first, unsigned count, uint8_t *out)
{
    const SigSet *set = tree->set;
    assert(count <= SIG_BATCH && work->room >= sig_xmss_leaves_room(set) && tree->secret);
    SigChain *chains = (SigChain *)(work->scratch + sizeof(Scratch));
    uint8_t *keys = (uint8_t *)chains + chains_room(set, SIG_BATCH);
    uint32_t number[SIG_BATCH] = {0};
    size_t k = 0;
    for (unsigned leaf = 0; leaf < count; leaf++) {
        number[leaf] = (uint32_t)first + leaf;
        for (unsigned i = 0; i < set->chains; i++)
            chains[k++] = (SigChain){number[leaf], (uint16_t)i, -1, 16, keys + leaf * key_stride(set) + i * set->n};
    }
    run_chains(tree, work, chains, k);
    ltrees(tree, work, number, count, keys, key_stride(set));
    for (unsigned leaf = 0; leaf < count; leaf++)
        memcpy(out + leaf * set->n, keys + leaf * key_stride(set), set->n);
}

void sig_xmss_parents(const SigTree *tree, SigWork *work, unsigned level, uint64_t first, unsigned count,
                      const uint8_t *children, uint8_t *out)
{
    const size_t n = tree->set->n;
    for (unsigned done = 0; done < count;) {
        Place places[SIG_BATCH];
        const uint8_t *in[SIG_BATCH];
        uint8_t *to[SIG_BATCH];
        unsigned k = 0;
        for (; k < SIG_BATCH && done < count; k++, done++) {
            places[k] = (Place){NODE_ADDRESS, 0, level - 1, (uint32_t)(first + done)};
            in[k] = children + 2 * n * done;
            to[k] = out + n * done;
        }
        prepare_nodes(tree, work, places, k);
        hash_pairs(tree, work, 0, in, to, k);
    }
}

void sig_xmss_climb(const SigTree *tree, SigWork *work, uint32_t leaf, unsigned from, const uint8_t *node,
                    const uint8_t *path, uint8_t *root)
{
    const size_t n = tree->set->n;
    Place places[SIG_MAX_HEIGHT];
    uint8_t pair[2 * SIG_MAX_N];
    const uint8_t *const in[] = {pair};
    for (unsigned level = 0; level < tree->height; level++)
        places[level] = (Place){NODE_ADDRESS, 0, level, leaf >> (level + 1)};
    prepare_nodes(tree, work, places, tree->height);
    memcpy(root, node, n);
    for (unsigned level = from; level < tree->height; level++) {
        sig_put_pair(leaf >> level & 1, root, path + level * n, n, pair);
        hash_pairs(tree, work, level, in, &root, 1);
    }
}

/* ---- one-time signatures ---------------------------------------------------------------------------------------------- */

void sig_xmss_sign(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *digest, uint8_t *out)
{
    const SigSet *set = tree->set;
    assert(tree->secret && work->room >= sig_xmss_one_time_room(set));
    SigChain *chains = (SigChain *)(work->scratch + sizeof(Scratch));
    uint8_t digit[SIG_MAX_CHAINS];
    sig_digits(set, digest, digit);
    for (unsigned i = 0; i < set->chains; i++)
        chains[i] = (SigChain){leaf, (uint16_t)i, -1, (uint16_t)(1 + digit[i]), out + i * set->n};
    run_chains(tree, work, chains, set->chains);
}

void sig_xmss_leaf(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *digest, const uint8_t *values,
                   uint8_t *out)
{
    const SigSet *set = tree->set;
    assert(work->room >= sig_xmss_one_time_room(set));
    SigChain *chains = (SigChain *)(work->scratch + sizeof(Scratch));
    uint8_t *key = (uint8_t *)chains + chains_room(set, 1);
    uint8_t digit[SIG_MAX_CHAINS];
    sig_digits(set, digest, digit);
    memcpy(key, values, (size_t)set->chains * set->n);
    for (unsigned i = 0; i < set->chains; i++)
        chains[i] = (SigChain){leaf, (uint16_t)i, digit[i], (uint16_t)(15 - digit[i]), key + i * set->n};
    run_chains(tree, work, chains, set->chains);
    ltrees(tree, work, &leaf, 1, key, key_stride(set));
    memcpy(out, key, set->n);
}

void sig_xmss_node(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *ends, uint8_t *out)
{
    const SigSet *set = tree->set;
    uint8_t *key = work->scratch + sizeof(Scratch) + chains_room(set, 1);
    memcpy(key, ends, (size_t)set->chains * set->n);
    ltrees(tree, work, &leaf, 1, key, key_stride(set));
    memcpy(out, key, set->n);
}

/* ---- many ---------------------------------------------------------------------------------------------------------------- */

/* sig_xmss_climb of each, level by level; node i begins at nodes + i * stride. */
static void climb_all(const SigTree *tree, SigWork *work, SigWay *const *ways, unsigned count, uint8_t *nodes, size_t stride)
{
    const size_t n = tree->set->n;
    uint8_t pairs[SIG_BATCH][2 * SIG_MAX_N], *out[SIG_BATCH];
    const uint8_t *in[SIG_BATCH];
    Place places[SIG_BATCH];
    for (unsigned level = 0; level < tree->height; level++) {
        for (unsigned i = 0; i < count; i++) {
            places[i] = (Place){NODE_ADDRESS, 0, level, ways[i]->leaf >> (level + 1)};
            sig_put_pair(ways[i]->leaf >> level & 1, nodes + i * stride, ways[i]->path + level * n, n, pairs[i]);
            in[i] = pairs[i];
            out[i] = nodes + i * stride;
        }
        prepare_nodes(tree, work, places, count);
        hash_pairs(tree, work, 0, in, out, count);
    }
}

void sig_xmss_roots(const SigTree *tree, SigWork *work, SigWay *const *ways, unsigned count)
{
    const SigSet *set = tree->set;
    assert(count <= SIG_BATCH && work->room >= sig_xmss_leaves_room(set));
    SigChain *chains = (SigChain *)(work->scratch + sizeof(Scratch));
    uint8_t *keys = (uint8_t *)chains + chains_room(set, SIG_BATCH);
    uint32_t leaf[SIG_BATCH] = {0};
    run_chains(tree, work, chains, sig_order_ways(set, ways, count, keys, key_stride(set), chains));
    for (unsigned i = 0; i < count; i++)
        leaf[i] = ways[i]->leaf;
    ltrees(tree, work, leaf, count, keys, key_stride(set));
    climb_all(tree, work, ways, count, keys, key_stride(set));
    for (unsigned i = 0; i < count; i++)
        memcpy(ways[i]->root, keys + i * key_stride(set), set->n);
}
