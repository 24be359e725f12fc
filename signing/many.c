/* Many signatures verified side by side: dealt out by tree, since what lanes have in common is the tree's (I; PUB_SEED, layer,
 * tree). Of XMSS^MT all that are in one layer go up to the next before it is looked at. */
#include "signing/internal.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <stdlib.h>

/* One of the signatures on its way: the layer it has reached, and what that layer signs. */
typedef struct {
    SigHold *hold;
    const SigLayer *at;
    uint8_t root[SIG_MAX_N];
    SigWay way;
} Walker;

static int by_tree(const void *x, const void *y)
{
    const SigLayer *a = (*(Walker *const *)x)->at, *b = (*(Walker *const *)y)->at;
    size_t length;
    if (a->set != b->set)
        return a->set < b->set ? -1 : 1; /* pointers: only what is together matters, not what comes first */
    if (a->layer != b->layer)
        return a->layer < b->layer ? -1 : 1;
    if (a->tree != b->tree)
        return a->tree < b->tree ? -1 : 1;
    const uint8_t *id = sig_layer_identifier(a, &length);
    return memcmp(id, sig_layer_identifier(b, &length), length);
}

static bool go_up(Walker *const *walkers, unsigned count)
{
    SigWay *ways[SIG_BATCH];
    const SigTree tree = sig_layer_tree(walkers[0]->at);
    SigWork *work = sig_work_new(tree.set->hash, sig_leaves_room(tree.set));
    if (!work)
        return false;
    for (unsigned i = 0; i < count; i++) {
        Walker *w = walkers[i];
        w->way = (SigWay){w->at->leaf, w->root, w->at->values, w->at->path, w->root};
        ways[i] = &w->way;
    }
    sig_roots(&tree, work, ways, count);
    sig_work_free(work);
    return true;
}

/* Decided, or one layer further (XMSS^MT). */
static bool has_next(Walker *w)
{
    const SigHold *h = w->hold;
    const bool xmss = w->at->set->scheme == SIG_XMSS || w->at->set->scheme == SIG_XMSSMT;
    if (xmss && w->at + 1 < h->layer + h->layers) {
        w->at++;
        return true;
    }
    w->hold->status = CRYPTO_memcmp(w->root, sig_layer_root(w->at), w->at->set->n) == 0 ? SIG_OK : SIG_INVALID;
    return false;
}

static void run(Walker **walkers, size_t count)
{
    while (count) {
        size_t left = 0;
        qsort(walkers, count, sizeof *walkers, by_tree);
        for (size_t i = 0, end; i < count; i = end) {
            for (end = i + 1; end < count && end - i < SIG_BATCH && by_tree(&walkers[i], &walkers[end]) == 0;)
                end++;
            const bool good = go_up(walkers + i, (unsigned)(end - i));
            for (size_t k = i; k < end && good; k++)
                if (has_next(walkers[k]))
                    walkers[left++] = walkers[k];
        }
        count = left;
    }
}

void sig_layers_hold_many(SigHold *holds, size_t count)
{
    assert(holds || !count);
    Walker *walkers = calloc(count + 1, sizeof *walkers), **order = calloc(count + 1, sizeof *order);
    for (size_t i = 0; i < count; i++) {
        SigHold *h = &holds[i];
        assert(h->layer && h->which < h->layers && h->digest);
        h->status = SIG_NO_MEMORY; /* until it is known */
        if (!walkers || !order)
            continue;
        walkers[i].hold = h;
        walkers[i].at = &h->layer[h->which];
        memcpy(walkers[i].root, h->digest, walkers[i].at->set->n);
        order[i] = &walkers[i];
    }
    if (walkers && order)
        run(order, count);
    free(walkers);
    free(order);
}

/* ---- whole signatures ---- */

enum { PART = 4 * SIG_BATCH };

typedef struct {
    SigLayer layer[SIG_LAYERS];
    unsigned layers;
    uint8_t digest[SIG_LAYERS][SIG_DIGEST]; /* of the layers that are followed: those of HSS, and the lowest */
} Opened;

/* All that has to hold for a signature; how many, or 0 with its status. */
static unsigned open_one(const SigSet *set, SigCheck *c, Opened *o, SigHold *holds)
{
    unsigned used = 0;
    c->status = sig_layers(set, c->vk, c->vk_length, c->signature, c->signature_length, o->layer, &o->layers);
    const unsigned bottom = c->status == SIG_OK ? sig_layers_bottom(o->layer, o->layers) : 0;
    for (unsigned i = 0; c->status == SIG_OK && i < o->layers; i++) {
        if (i != bottom && !o->layer[i].below)
            continue;
        c->status = i == bottom ? sig_layers_digest(o->layer, o->layers, c->message, c->length, o->digest[i])
                                : sig_layer_below_digest(&o->layer[i], o->digest[i]);
        holds[used++] = (SigHold){.layer = o->layer, .layers = o->layers, .which = i, .digest = o->digest[i]};
    }
    return c->status == SIG_OK ? used : 0;
}

static void verify_part(const SigSet *set, SigCheck *checks, size_t count, Opened *opened, SigHold *holds)
{
    size_t used = 0;
    unsigned of[PART];
    for (size_t i = 0; i < count; i++)
        used += of[i] = open_one(set, &checks[i], &opened[i], holds + used);
    sig_layers_hold_many(holds, used);
    for (size_t i = 0; i < count; i++)
        for (; of[i]; of[i]--, holds++)
            if (checks[i].status == SIG_OK)
                checks[i].status = holds->status;
}

void sig_verify_many(const SigSet *set, SigCheck *checks, size_t count)
{
    assert(set && (checks || !count));
    Opened *opened = calloc(PART, sizeof *opened);
    SigHold *holds = calloc(PART * SIG_LAYERS, sizeof *holds);
    for (size_t i = 0; i < count; i += PART) {
        const size_t part = count - i < PART ? count - i : PART;
        for (size_t k = i; k < i + part; k++)
            checks[k].status = SIG_NO_MEMORY;
        if (opened && holds)
            verify_part(set, checks + i, part, opened, holds);
    }
    free(opened);
    free(holds);
}
