/* Trees: made in slabs over threads, kept in the cache, asked for roots and authentication paths.
 *
 * A slab is the part of a tree between two levels: `base` (its own leaves) and base + height (its root), all nodes,
 * lowest level first. A tree that fits into a quarter of the cache is one slab with base 0. A bigger one is an upper
 * slab, and below each of its leaves a lower slab, made when a path through it is asked for.
 */
#include "signing/internal.h"

#include <assert.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEEP_HEIGHT = 5 }; /* a smaller tree is made as fast as read */

/* One building of a slab, shared by its threads. Work is handed out in pieces: for base 0 a batch of leaves, otherwise
 * one node of level `base` with all that is below it. */
typedef struct {
    const SigSlab *slab;
    uint8_t *nodes;
    uint64_t pieces, piece_leaves, nodes_per_piece;
    atomic_uint_fast64_t next;
    atomic_int status;
    pthread_mutex_t report; /* guards done and the progress function */
    uint64_t done;
} Building;

static bool report(Building *b, uint64_t leaves)
{
    const SigControl *control = b->slab->control;
    if (!control || !control->progress)
        return true;
    pthread_mutex_lock(&b->report);
    b->done += leaves;
    bool go_on = atomic_load(&b->status) == SIG_OK &&
                 control->progress(control->data, b->done, b->pieces * b->piece_leaves);
    if (!go_on)
        atomic_store(&b->status, SIG_INTERRUPTED);
    pthread_mutex_unlock(&b->report);
    return go_on;
}

/* Leaves first .. first + count - 1 to out; false when interrupted. */
static bool make_leaves(Building *b, SigWork *work, uint64_t first, uint64_t count, uint8_t *out)
{
    const SigTree *tree = b->slab->tree;
    for (uint64_t done = 0; done < count;) {
        unsigned batch = count - done < SIG_BATCH ? (unsigned)(count - done) : SIG_BATCH;
        sig_leaves(tree, work, first + done, batch, out + done * tree->set->n);
        done += batch;
        if (!report(b, batch))
            return false;
    }
    return true;
}

/* A node of level `base` from all that is below it, to space (room for 2^base nodes); false when interrupted. */
static bool make_node(Building *b, SigWork *work, uint64_t first_leaf, uint8_t *space)
{
    const SigSlab *slab = b->slab;
    if (!make_leaves(b, work, first_leaf, UINT64_C(1) << slab->base, space))
        return false;
    for (unsigned level = 1; level <= slab->base; level++)
        sig_parents(slab->tree, work, level, first_leaf >> level, 1u << (slab->base - level), space, space);
    return true;
}

static bool make_piece(Building *b, SigWork *work, uint64_t piece, uint8_t *space)
{
    const SigSlab *slab = b->slab;
    const size_t n = slab->tree->set->n;
    uint8_t *out = b->nodes + piece * b->nodes_per_piece * n;
    uint64_t first = (slab->index << (slab->base + slab->height)) + piece * b->piece_leaves;
    if (slab->base == 0)
        return make_leaves(b, work, first, b->piece_leaves, out);
    if (!make_node(b, work, first, space))
        return false;
    memcpy(out, space, n);
    return true;
}

static void *build_thread(void *data)
{
    Building *b = data;
    const SigSet *set = b->slab->tree->set;
    SigWork *work = sig_work_new(set->hash, sig_leaves_room(set));
    uint8_t *space = malloc(b->piece_leaves * set->n);
    if (work && space) {
        for (;;) {
            uint64_t piece = atomic_fetch_add(&b->next, 1);
            if (piece >= b->pieces || atomic_load(&b->status) != SIG_OK || !make_piece(b, work, piece, space))
                break;
        }
    } else {
        atomic_store(&b->status, SIG_NO_MEMORY);
    }
    free(space);
    sig_work_free(work);
    sig_burn_lanes();
    return NULL;
}

static unsigned count_jobs(const Building *b)
{
    const SigControl *control = b->slab->control;
    unsigned jobs = control ? control->jobs : 1;
    if (control && jobs == 0) {
        long online = sysconf(_SC_NPROCESSORS_ONLN);
        jobs = online > 0 ? (unsigned)online : 1;
    }
    if (jobs > 256)
        jobs = 256;
    return jobs < b->pieces ? jobs : (unsigned)b->pieces;
}

static void run_threads(Building *b)
{
    pthread_t thread[256];
    const unsigned jobs = count_jobs(b);
    unsigned started = 1;
    for (; started < jobs; started++)
        if (pthread_create(&thread[started], NULL, build_thread, b) != 0)
            break; /* fewer threads do it too */
    build_thread(b);
    for (unsigned i = 1; i < started; i++)
        pthread_join(thread[i], NULL);
}

/* Levels above the slab's lowest one. */
static SigStatus fill_up(const SigSlab *slab, uint8_t *nodes)
{
    const SigSet *set = slab->tree->set;
    SigWork *work = sig_work_new(set->hash, sig_one_time_room(set));
    if (!work)
        return SIG_NO_MEMORY;
    for (unsigned up = 1; up <= slab->height; up++) {
        unsigned count = 1u << (slab->height - up);
        uint8_t *above = nodes + 2 * (size_t)count * set->n;
        sig_parents(slab->tree, work, slab->base + up, slab->index << (slab->height - up), count, nodes, above);
        nodes = above;
    }
    sig_work_free(work);
    return SIG_OK;
}

static SigStatus build_slab(const SigSlab *slab, uint8_t *nodes)
{
    Building b = {.slab = slab, .nodes = nodes, .report = PTHREAD_MUTEX_INITIALIZER};
    b.nodes_per_piece = slab->base ? 1 : slab->height < 5 ? UINT64_C(1) << slab->height : SIG_BATCH;
    b.piece_leaves = b.nodes_per_piece << slab->base;
    b.pieces = (UINT64_C(1) << slab->height) / b.nodes_per_piece;
    run_threads(&b);
    SigStatus status = (SigStatus)atomic_load(&b.status);
    return status == SIG_OK ? fill_up(slab, nodes) : status;
}

/* ---- the same from a file -------------------------------------------------------------------------------------------- */

static uint8_t *root_of(const SigSlab *slab, uint8_t *nodes)
{
    return nodes + ((UINT64_C(2) << slab->height) - 2) * slab->tree->set->n;
}

/* Makes one of the slab's lowest nodes anew, whichever chance says. */
static bool one_node_agrees(const SigSlab *slab, const uint8_t *nodes)
{
    const SigSet *set = slab->tree->set;
    const SigSlab quiet = {slab->tree, NULL, slab->base, slab->height, slab->index};
    Building b = {.slab = &quiet};
    uint8_t chance[4];
    SigWork *work = sig_work_new(set->hash, sig_leaves_room(set));
    uint8_t *space = malloc((size_t)set->n << slab->base);
    bool good = work && space && RAND_bytes(chance, sizeof chance) == 1;
    if (good) {
        const uint64_t node = sig_get(chance, 4) & ((UINT64_C(1) << slab->height) - 1);
        good = make_node(&b, work, ((slab->index << slab->height) + node) << slab->base, space) &&
               memcmp(space, nodes + node * set->n, set->n) == 0;
    }
    free(space);
    sig_work_free(work);
    sig_burn_lanes();
    return good;
}

static bool load_slab(SigDisk *disk, const SigSlab *slab, uint8_t *nodes)
{
    uint8_t root[SIG_MAX_N];
    return sig_disk_load(disk, slab, nodes, root) && fill_up(slab, nodes) == SIG_OK &&
           memcmp(root, root_of(slab, nodes), slab->tree->set->n) == 0 && one_node_agrees(slab, nodes);
}

typedef struct {
    SigDisk *disk; /* NULL: none */
    const SigSlab *slab;
} Wanted;

static SigStatus provide_slab(void *context, uint8_t *nodes)
{
    const Wanted *w = context;
    SigDisk *disk = w->slab->base + w->slab->height >= KEEP_HEIGHT ? w->disk : NULL;
    if (disk && load_slab(disk, w->slab, nodes))
        return SIG_OK;
    SigStatus status = build_slab(w->slab, nodes);
    if (status == SIG_OK && disk)
        sig_disk_save(disk, w->slab, nodes, root_of(w->slab, nodes));
    return status;
}

/* ---- in the cache ---------------------------------------------------------------------------------------------------- */

/* What names a tree to the cache: everything its nodes depend on. */
static void key_of(const SigTree *tree, unsigned base, uint64_t index, const uint8_t *more, size_t more_length,
                   uint8_t *key)
{
    const SigSet *set = tree->set;
    const bool lms = set->scheme == SIG_LMS;
    uint8_t text[64 + 2 * SIG_MAX_N + 64 + SIG_KEY] = {0}, *at = text;
    size_t name = strlen(set->name), open = lms ? SIG_I : set->n;
    assert(name < 64 && more_length <= SIG_KEY);
    memcpy(at, set->name, name);
    at += 64;
    memcpy(at, tree->secret, set->n);
    at += set->n;
    memcpy(at, tree->open, open);
    at += open;
    sig_put(at, tree->layer, 4);
    sig_put(at + 4, tree->tree, 8);
    sig_put(at + 12, base, 4);
    sig_put(at + 16, index, 8);
    at += 24;
    if (more_length)
        memcpy(at, more, more_length);
    at += more_length;
    sig_sha256(text, (size_t)(at - text), key, SIG_KEY);
    explicit_bzero(text, sizeof text);
}

static size_t slab_size(const SigTree *tree, unsigned height)
{
    return ((UINT64_C(2) << height) - 1) * tree->set->n;
}

static SigStatus get_slab(SigCache *cache, SigSlab *slab, SigBlob **blob)
{
    uint8_t key[SIG_KEY];
    Wanted wanted = {sig_cache_disk(cache), slab};
    key_of(slab->tree, slab->base << 8 | slab->height, slab->index, NULL, 0, key);
    return sig_cache_get(cache, key, slab_size(slab->tree, slab->height), provide_slab, &wanted, blob);
}

/* height nodes of the path from the slab's leaf upwards, and its root; each may be NULL. */
static void read_slab(const SigSlab *slab, const uint8_t *nodes, uint64_t leaf, uint8_t *path, uint8_t *root)
{
    const size_t n = slab->tree->set->n;
    for (unsigned up = 0; up < slab->height; up++) {
        if (path)
            memcpy(path + up * n, nodes + ((leaf >> up) ^ 1) * n, n);
        nodes += (n << (slab->height - up));
    }
    if (root)
        memcpy(root, nodes, n);
}

static SigStatus use_slab(SigCache *cache, SigSlab *slab, uint64_t leaf, uint8_t *path, uint8_t *root)
{
    SigBlob *blob;
    SigStatus status = get_slab(cache, slab, &blob);
    if (status != SIG_OK)
        return status;
    read_slab(slab, sig_blob_data(blob), leaf, path, root);
    sig_cache_release(cache, blob);
    return SIG_OK;
}

/* Lowest level of the upper slab: 0 if the tree fits into a quarter of the cache. Not above the middle, so that lower
 * slabs stay small even when the limit is absurd. */
static unsigned base_for(const SigCache *cache, const SigTree *tree)
{
    unsigned base = 0;
    if (tree->height <= 5)
        return 0;
    while (slab_size(tree, tree->height - base) > sig_cache_limit(cache) / 4 && base < (tree->height + 1) / 2)
        base++;
    return base;
}

SigStatus sig_tree_path(SigCache *cache, const SigTree *tree, const SigControl *control, uint64_t leaf, uint8_t *path,
                        uint8_t *root)
{
    assert(cache && tree->secret && tree->height <= SIG_MAX_HEIGHT && leaf >> tree->height == 0);
    const unsigned base = base_for(cache, tree);
    SigSlab upper = {tree, control, base, tree->height - base, 0};
    SigStatus status = use_slab(cache, &upper, leaf >> base, path ? path + base * tree->set->n : NULL, root);
    if (status != SIG_OK || !base || !path)
        return status;
    SigSlab lower = {tree, control, 0, base, leaf >> base};
    return use_slab(cache, &lower, leaf & ((UINT64_C(1) << base) - 1), path, NULL);
}

/* ---- signatures of lower trees' roots --------------------------------------------------------------------------------- */

typedef struct {
    const SigTree *tree;
    uint32_t leaf;
    const uint8_t *digest;
} OneTime;

static SigStatus build_one_time(void *context, uint8_t *out)
{
    const OneTime *o = context;
    SigWork *work = sig_work_new(o->tree->set->hash, sig_one_time_room(o->tree->set));
    if (!work)
        return SIG_NO_MEMORY;
    sig_one_time_sign(o->tree, work, o->leaf, o->digest, out);
    sig_work_free(work);
    sig_burn_lanes();
    return SIG_OK;
}

SigStatus sig_tree_one_time(SigCache *cache, const SigTree *tree, uint32_t leaf, const uint8_t *digest, uint8_t *out)
{
    assert(cache && tree->secret && digest);
    OneTime o = {tree, leaf, digest};
    uint8_t key[SIG_KEY], check[SIG_KEY];
    SigBlob *blob;
    const size_t size = (size_t)tree->set->chains * tree->set->n;
    sig_sha256(digest, tree->set->n, check, sizeof check);
    key_of(tree, UINT32_MAX, leaf, check, sizeof check, key);
    SigStatus status = sig_cache_get(cache, key, size, build_one_time, &o, &blob);
    if (status != SIG_OK)
        return status;
    memcpy(out, sig_blob_data(blob), size);
    sig_cache_release(cache, blob);
    return SIG_OK;
}
