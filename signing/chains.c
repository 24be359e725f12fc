/* Chains of one-time keys, dealt out to lanes.
 *
 * Chains have unequal lengths when signing and verifying. They go to the lanes longest first; all lanes run until the
 * first of them ends, which then takes the next chain. When none is left lanes are closed, and the back end uses
 * narrower and faster vectors for the few long chains that remain.
 */
#include "signing/internal.h"

#include <assert.h>
#include <string.h>

enum { MOST_STEPS = 256, FEW_CHAINS = SIG_MAX_CHAINS, ENDLESS = INT32_MAX };

typedef struct {
    SigChainLanes *lanes;
    bool lms;
    const uint32_t *start;
    unsigned used;
    const SigChain *chain[SIG_LANES];
    int32_t left[SIG_LANES];
} Deal;

static inline uint32_t load_word(const uint8_t *at)
{
    uint32_t word;
    memcpy(&word, at, 4);
    return __builtin_bswap32(word);
}

static inline void store_word(uint8_t *at, uint32_t word)
{
    word = __builtin_bswap32(word);
    memcpy(at, &word, 4);
}

/* A step of -1 is a step of LM-OTS (place 0xff), but not of WOTS+, whose start is made elsewhere. */
static unsigned steps_of(const SigChain *chain, bool lms)
{
    return chain->from < 0 && !lms ? chain->steps - 1u : chain->steps;
}

static void open_lane(Deal *d, unsigned lane, const SigChain *chain)
{
    SigChainLanes *l = d->lanes;
    const bool fresh = chain->from < 0;
    d->chain[lane] = chain;
    d->left[lane] = (int32_t)steps_of(chain, d->lms);
    l->leaf[lane] = chain->leaf;
    l->chain[lane] = d->lms ? (uint32_t)chain->chain << 16 : chain->chain;
    l->at[lane] = d->lms ? (uint32_t)(chain->from & 0xff) << 8 : fresh ? 0 : (uint32_t)chain->from;
    for (unsigned i = 0; i < l->words; i++)
        l->value[i][lane] = fresh && d->lms ? d->start[i] : load_word(chain->value + 4 * i);
}

static void store_lane(Deal *d, unsigned lane)
{
    for (unsigned i = 0; i < d->lanes->words; i++)
        store_word(d->chain[lane]->value + 4 * i, d->lanes->value[i][lane]);
}

/* The last open lane moves to where one has ended. */
static void close_lane(Deal *d, unsigned lane)
{
    SigChainLanes *l = d->lanes;
    const unsigned last = --d->used;
    d->chain[lane] = d->chain[last];
    d->left[lane] = d->left[last];
    d->left[last] = ENDLESS;
    l->leaf[lane] = l->leaf[last];
    l->chain[lane] = l->chain[last];
    l->at[lane] = l->at[last];
    for (unsigned i = 0; i < l->words; i++)
        l->value[i][lane] = l->value[i][last];
}

/* Runs all open lanes until the first ends. Closed lanes have ENDLESS left, so that the loops have a fixed length. */
static void run(const SigLanes *lanes, Deal *d)
{
    int32_t steps = ENDLESS;
    for (unsigned i = 0; i < SIG_LANES; i++)
        steps = d->left[i] < steps ? d->left[i] : steps;
    if (steps)
        (d->lms ? lanes->lms_steps : lanes->wots_steps)(d->lanes, d->used, steps);
    for (unsigned i = 0; i < SIG_LANES; i++)
        d->left[i] -= steps;
}

/* Numbers of the chains, longest first. */
static void order_chains(const SigChain *chains, size_t count, uint16_t *order)
{
    uint16_t first[MOST_STEPS + 2] = {0};
    for (size_t i = 0; i < count; i++)
        first[MOST_STEPS + 1 - chains[i].steps]++;
    for (unsigned steps = 0, sum = 0; steps < MOST_STEPS + 2; steps++) {
        unsigned here = first[steps];
        first[steps] = (uint16_t)sum;
        sum += here;
    }
    for (size_t i = 0; i < count; i++)
        order[first[MOST_STEPS + 1 - chains[i].steps]++] = (uint16_t)i;
}

/* How many lanes to deal to. A step of 16 lanes takes 4/7 of the time of one of 32 (measured, AVX-512), so 32 are only
 * better where there is enough to do beside the longest chain. */
static unsigned width_for(const SigLanes *lanes, const SigChain *chains, size_t count)
{
    size_t total = 0, longest = 0;
    if (lanes->wide < 32)
        return lanes->wide;
    for (size_t i = 0; i < count; i++) {
        total += chains[i].steps;
        longest = chains[i].steps > longest ? chains[i].steps : longest;
    }
    const size_t by_32 = total / 32 > longest ? total / 32 : longest;
    const size_t by_16 = total / 16 > longest ? total / 16 : longest;
    return 7 * by_32 <= 4 * by_16 ? 32 : 16;
}

void sig_run_chains(const SigLanes *lanes, SigChainLanes *common, bool lms, const uint32_t *start,
                    const SigChain *chains, size_t count)
{
    assert(lanes && common && (common->words == 8 || common->words == 6));
    uint16_t order[FEW_CHAINS];
    const bool ordered = count <= FEW_CHAINS; /* more are those of whole keys, which are equally long */
    Deal d = {.lanes = common, .lms = lms, .start = start};
    size_t next = 0;
    if (ordered)
        order_chains(chains, count, order);
    for (unsigned i = 0; i < SIG_LANES; i++)
        d.left[i] = ENDLESS;
    const unsigned width = ordered ? width_for(lanes, chains, count) : lanes->wide;
    for (; d.used < width && next < count; next++)
        open_lane(&d, d.used++, &chains[ordered ? order[next] : next]);
    while (d.used) {
        run(lanes, &d);
        for (unsigned i = d.used; i--;) {
            if (d.left[i])
                continue;
            store_lane(&d, i);
            if (next < count) {
                open_lane(&d, i, &chains[ordered ? order[next] : next]);
                next++;
            } else {
                close_lane(&d, i);
            }
        }
    }
    explicit_bzero(common, sizeof *common);
}
