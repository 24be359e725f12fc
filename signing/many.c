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

/* The tools are kept from one batch to the next: they are large. */
typedef struct {
    const SigSet *set;
    SigWork *work;
} Tools;

static SigWork *tools_for(const SigSet *set, Tools *tools)
{
    if (tools->set == set && tools->work)
        return tools->work;
    sig_work_free(tools->work);
    *tools = (Tools){set, sig_work_new(set->hash, sig_leaves_room(set))};
    return tools->work;
}

static bool go_up(Walker *const *walkers, unsigned count, Tools *tools)
{
    SigWay *ways[SIG_BATCH];
    const SigTree tree = sig_layer_tree(walkers[0]->at);
    SigWork *work = tools_for(tree.set, tools);
    if (!work)
        return false;
    for (unsigned i = 0; i < count; i++) {
        Walker *w = walkers[i];
        w->way = (SigWay){w->at->leaf, w->root, w->at->values, w->at->path, w->root};
        ways[i] = &w->way;
    }
    sig_roots(&tree, work, ways, count);
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
    Tools tools = {NULL, NULL};
    while (count) {
        size_t left = 0;
        qsort(walkers, count, sizeof *walkers, by_tree);
        for (size_t i = 0, end; i < count; i = end) {
            for (end = i + 1; end < count && end - i < SIG_BATCH && by_tree(&walkers[i], &walkers[end]) == 0;)
                end++;
            const bool good = go_up(walkers + i, (unsigned)(end - i), &tools);
            for (size_t k = i; k < end && good; k++)
                if (has_next(walkers[k]))
                    walkers[left++] = walkers[k];
        }
        count = left;
    }
    sig_work_free(tools.work);
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

/* One of them, with room for as many layers as the set has: what each layer that is followed signs (those of HSS, and the
 * lowest of all). */
typedef struct {
    SigLayer *layer;
    uint8_t (*digest)[SIG_DIGEST];
    unsigned layers, followed;
} Opened;

/* All that has to hold for a signature goes to holds. */
static void open_one(const SigSet *set, SigCheck *c, Opened *o, SigHold *holds)
{
    c->status = sig_layers(set, c->vk, c->vk_length, c->signature, c->signature_length, o->layer, &o->layers);
    const unsigned bottom = c->status == SIG_OK ? sig_layers_bottom(o->layer, o->layers) : 0;
    for (unsigned i = 0; c->status == SIG_OK && i < o->layers; i++) {
        if (i != bottom && !o->layer[i].below)
            continue;
        c->status = i == bottom ? sig_layers_digest(o->layer, o->layers, c->message, c->length, o->digest[i])
                                : sig_layer_below_digest(&o->layer[i], o->digest[i]);
        holds[o->followed++] = (SigHold){.layer = o->layer, .layers = o->layers, .which = i, .digest = o->digest[i]};
    }
    o->followed = c->status == SIG_OK ? o->followed : 0;
}

typedef struct {
    Opened opened[PART];
    SigHold *holds;
    SigLayer *layers;
    uint8_t (*digests)[SIG_DIGEST];
} Part;

static void verify_part(const SigSet *set, Part *p, SigCheck *checks, size_t count)
{
    size_t used = 0, next = 0;
    for (size_t i = 0; i < count; i++) {
        Opened *o = &p->opened[i];
        *o = (Opened){p->layers + i * set->levels, p->digests + i * set->levels, 0, 0};
        open_one(set, &checks[i], o, p->holds + used);
        used += o->followed;
    }
    sig_layers_hold_many(p->holds, used);
    for (size_t i = 0; i < count; i++)
        for (unsigned k = 0; k < p->opened[i].followed; k++, next++)
            if (checks[i].status == SIG_OK)
                checks[i].status = p->holds[next].status;
}

void sig_verify_many(const SigSet *set, SigCheck *checks, size_t count)
{
    assert(set && (checks || !count));
    const size_t layers = PART * set->levels;
    Part p = {.holds = malloc(layers * sizeof *p.holds), .layers = malloc(layers * sizeof *p.layers),
              .digests = malloc(layers * sizeof *p.digests)};
    for (size_t i = 0; i < count; i += PART) {
        const size_t part = count - i < PART ? count - i : PART;
        for (size_t k = i; k < i + part; k++)
            checks[k].status = SIG_NO_MEMORY;
        if (p.holds && p.layers && p.digests)
            verify_part(set, &p, checks + i, part);
    }
    free(p.holds), free(p.layers), free(p.digests);
}
