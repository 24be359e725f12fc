/* Two one-time signatures of one leaf: on the same chains or not, what they signed, and what a forger can do with them.
 *
 * The digests are found without the messages: a chain whose values differ has the two levels on it, because a step depends on
 * its place; levels of chains with equal values follow from the checksum and from the key at the top. */
#include "signing/internal.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { MOST_LEVELS = 256, UNKNOWN = -1 };
static const double BUDGET = 1 << 26; /* hashes spent on trying levels */

typedef struct {
    const SigLayer *layer; /* all layers of a */
    unsigned layers, which;
    const SigSet *set;
    SigTree tree;
    SigWork *work;
    const uint8_t *path_b;             /* that of b if it is another, or NULL */
    unsigned top, chains, of_digest;   /* largest level; chains in all, and of the digest */
    int a[SIG_MAX_CHAINS], b[SIG_MAX_CHAINS];
    uint8_t ends[SIG_MAX_CHAINS * SIG_MAX_N];
    uint8_t (*end_from)[SIG_MAX_N];    /* for each chain with equal values: its end, by the level */
    unsigned open[SIG_MAX_CHAINS];     /* chains with equal values */
    unsigned opens, opens_of_digest;
} Search;

/* ---- levels ---- */

/* Steps the walkers (one starts at every place) along a chain; the place from which `value` comes to `target`, and that of
 * the target. */
static bool walk(Search *s, unsigned chain, const uint8_t *value, const uint8_t *target, int *from, int *to)
{
    uint8_t at_now[MOST_LEVELS][SIG_MAX_N];
    SigChain chains[MOST_LEVELS];
    const SigChain *batch[SIG_BATCH];
    int at[SIG_BATCH];
    for (unsigned place = 0; place < s->top; place++) {
        memcpy(at_now[place], value, s->set->n);
        chains[place] = (SigChain){s->layer[s->which].leaf, (uint16_t)chain, 0, 0, at_now[place]};
        for (unsigned i = 0; i <= place;) {
            size_t k = 0;
            for (; k < SIG_BATCH && i <= place; i++, k++)
                batch[k] = &chains[i], at[k] = (int)place;
            sig_one_time_step(&s->tree, s->work, batch, at, k);
        }
        for (unsigned i = 0; i <= place; i++) {
            if (memcmp(at_now[i], target, s->set->n) == 0) {
                *from = (int)i;
                *to = (int)place + 1;
                return true;
            }
        }
    }
    return false;
}

static bool find_levels(Search *s, const uint8_t *a, const uint8_t *b)
{
    const size_t n = s->set->n;
    for (unsigned i = 0; i < s->chains; i++, a += n, b += n) {
        if (memcmp(a, b, n) == 0) {
            s->a[i] = s->b[i] = UNKNOWN;
            s->open[s->opens++] = i;
            s->opens_of_digest += i < s->of_digest;
        } else if (!walk(s, i, a, b, &s->a[i], &s->b[i]) && !walk(s, i, b, a, &s->b[i], &s->a[i])) {
            return false;
        }
    }
    return true;
}

/* What a signed is known: so are the levels of the chains with equal values. */
static bool apply_known(Search *s, const uint8_t *known)
{
    uint8_t digit[SIG_MAX_CHAINS];
    sig_digits(s->set, known, digit);
    for (unsigned i = 0; i < s->chains; i++) {
        if (s->a[i] == UNKNOWN)
            s->a[i] = s->b[i] = digit[i];
        else if (s->a[i] != digit[i])
            return false;
    }
    s->opens = s->opens_of_digest = 0;
    return true;
}

/* ---- the checksum ---- */

static unsigned sum_of(const Search *s, const int *level)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < s->of_digest; i++)
        sum += level[i] == UNKNOWN ? 0 : s->top - (unsigned)level[i];
    return sum;
}

static bool fits(const Search *s, const int *level, const uint8_t *digit)
{
    for (unsigned i = s->of_digest; i < s->chains; i++)
        if (level[i] != UNKNOWN && level[i] != digit[i - s->of_digest])
            return false;
    return true;
}

/* Can the open chains of the digest add `rest` to both sums? Then `digit` has the digits of the checksum of a. */
static bool checksum_fits(const Search *s, unsigned rest, uint8_t *digit)
{
    uint8_t digit_b[SIG_MAX_CHAINS];
    sig_checksum_digits(s->set, sum_of(s, s->a) + rest, digit);
    sig_checksum_digits(s->set, sum_of(s, s->b) + rest, digit_b);
    for (unsigned i = s->of_digest; i < s->chains; i++)
        if (s->a[i] == UNKNOWN && digit[i - s->of_digest] != digit_b[i - s->of_digest])
            return false;
    return fits(s, s->a, digit) && fits(s, s->b, digit_b);
}

/* ---- up to the key ---- */

/* Every chain with a known level from where a has it to its end. */
static void run_up(Search *s, const uint8_t *values)
{
    const size_t n = s->set->n;
    memcpy(s->ends, values, s->chains * n);
    for (unsigned i = 0; i < s->chains; i++) {
        SigChain chain = {s->layer[s->which].leaf, (uint16_t)i, 0, 0, s->ends + i * n};
        const SigChain *one = &chain;
        for (int at = s->a[i]; at != UNKNOWN && at < (int)s->top; at++)
            sig_one_time_step(&s->tree, s->work, &one, &at, 1);
    }
}

/* The ends of chains with equal values, for every level they may have. */
static bool run_up_open(Search *s, const uint8_t *values)
{
    const size_t n = s->set->n;
    s->end_from = malloc((size_t)s->opens * (s->top + 1) * sizeof *s->end_from);
    if (!s->end_from)
        return false;
    for (unsigned k = 0; k < s->opens; k++) {
        for (unsigned level = 0; level <= s->top; level++) {
            uint8_t *end = s->end_from[k * (s->top + 1) + level];
            SigChain chain = {s->layer[s->which].leaf, (uint16_t)s->open[k], 0, 0, end};
            const SigChain *one = &chain;
            memcpy(end, values + s->open[k] * n, n);
            for (int at = (int)level; at < (int)s->top; at++)
                sig_one_time_step(&s->tree, s->work, &one, &at, 1);
        }
    }
    return true;
}

static void set_open(Search *s, unsigned k, unsigned level)
{
    const unsigned chain = s->open[k];
    s->a[chain] = s->b[chain] = (int)level;
    memcpy(s->ends + chain * s->set->n, s->end_from[k * (s->top + 1) + level], s->set->n);
}

static bool reaches_key(Search *s)
{
    uint8_t node[SIG_MAX_N];
    const SigLayer *own = &s->layer[s->which];
    sig_one_time_node(&s->tree, s->work, own->leaf, s->ends, node);
    return sig_layer_reaches(s->layer, s->layers, s->which, s->work, 0, node, own->path) ||
           (s->path_b && sig_layer_reaches(s->layer, s->layers, s->which, s->work, 0, node, s->path_b));
}

/* Gives the open chains of the digest from number k on levels that add up to `rest`. */
static bool try_levels(Search *s, unsigned k, unsigned rest)
{
    const unsigned left = s->opens_of_digest - k;
    if (!left)
        return reaches_key(s);
    for (unsigned down = 0; down <= s->top && down <= rest; down++) {
        if (rest - down > (left - 1) * s->top)
            continue;
        set_open(s, k, s->top - down);
        if (try_levels(s, k + 1, rest - down))
            return true;
    }
    return false;
}

/* In how many ways the open chains of the digest add up to each sum; free(). */
static double *count_ways(const Search *s)
{
    const unsigned most = s->opens_of_digest * s->top;
    double *ways = calloc(2 * ((size_t)most + 1), sizeof *ways), *next = ways + most + 1;
    if (!ways)
        return NULL;
    ways[0] = 1;
    for (unsigned k = 0; k < s->opens_of_digest; k++) {
        for (unsigned sum = 0; sum <= most; sum++) {
            next[sum] = 0;
            for (unsigned down = 0; down <= s->top && down <= sum; down++)
                next[sum] += ways[sum - down];
        }
        memcpy(ways, next, ((size_t)most + 1) * sizeof *ways);
    }
    return ways;
}

/* What one try costs: about so many hashes. */
static double cost(const Search *s)
{
    const double height = s->tree.height;
    if (s->set->scheme == SIG_LMS)
        return s->chains * s->set->n / 64.0 + 4 + 2 * height;
    return 6.0 * (s->chains + height) + 6.0 * (s->layers - s->which - 1) * (9.0 * s->chains + height);
}

/* Tries the levels that give this sum. */
static bool try_sum(Search *s, unsigned rest, const uint8_t *digit)
{
    int saved_a[SIG_MAX_CHAINS], saved_b[SIG_MAX_CHAINS];
    memcpy(saved_a, s->a, sizeof saved_a);
    memcpy(saved_b, s->b, sizeof saved_b);
    for (unsigned k = s->opens_of_digest; k < s->opens; k++)
        set_open(s, k, digit[s->open[k] - s->of_digest]);
    if (try_levels(s, 0, rest))
        return true;
    memcpy(s->a, saved_a, sizeof saved_a);
    memcpy(s->b, saved_b, sizeof saved_b);
    return false;
}

/* First how much there is to try, then either all of it or nothing. */
static SigLinkResult solve(Search *s, const uint8_t *values)
{
    const unsigned most = s->opens_of_digest * s->top;
    uint8_t digit[SIG_MAX_CHAINS];
    double tries = 0, *ways = count_ways(s);
    if (!ways)
        return SIG_LINK_FAILED;
    for (unsigned rest = 0; rest <= most; rest++)
        tries += checksum_fits(s, rest, digit) ? ways[rest] : 0;
    free(ways);
    if (tries == 0)
        return SIG_LINK_APART;
    if (tries * cost(s) > BUDGET)
        return SIG_LINK_OPEN;
    run_up(s, values);
    if (!run_up_open(s, values))
        return SIG_LINK_FAILED;
    for (unsigned rest = 0; rest <= most; rest++)
        if (checksum_fits(s, rest, digit) && try_sum(s, rest, digit))
            return SIG_LINK_PROVEN;
    return SIG_LINK_FOREIGN;
}

/* ---- the public functions ---- */

static void pack(const SigSet *set, const int *level, uint8_t *digest)
{
    memset(digest, 0, set->n);
    for (unsigned i = 0; i < sig_digest_chains(set); i++)
        digest[i * set->w / 8] |= (uint8_t)((level[i] < 0 ? 0u : (unsigned)level[i]) << (8 - set->w - i * set->w % 8));
}

SigLinkResult sig_link(const SigLayer *a, const SigLayer *b, unsigned layers, unsigned which, const uint8_t *known,
                       SigLink *link)
{
    assert(which < layers && a[which].set == b[which].set && a[which].leaf == b[which].leaf && link);
    const SigSet *set = a[which].set;
    Search *s = calloc(1, sizeof *s);
    SigLinkResult result = SIG_LINK_FAILED;
    if (s)
        *s = (Search){.layer = a, .layers = layers, .which = which, .set = set, .tree = sig_layer_tree(&a[which]),
                      .work = sig_work_new(set->hash, sig_one_time_room(set)), .top = (1u << set->w) - 1,
                      .chains = set->chains, .of_digest = sig_digest_chains(set)};
    if (s && s->work) {
        if (memcmp(a[which].path, b[which].path, s->tree.height * set->n) != 0)
            s->path_b = b[which].path;
        result = SIG_LINK_APART;
        if (find_levels(s, a[which].values, b[which].values)) {
            link->equal = s->opens;
            if (!known || apply_known(s, known))
                result = solve(s, a[which].values);
        }
        pack(set, s->a, link->a);
        pack(set, s->b, link->b);
    }
    if (s) {
        sig_work_free(s->work);
        free(s->end_from);
    }
    free(s);
    return result;
}

/* The distribution of the checksum's sum over digests that lie above `least` on the chains of the digest, scaled so that all
 * digests weigh 1; then the share whose checksum lies above too. */
double sig_forgery_bits(const SigSet *set, const uint8_t *digests, size_t count)
{
    const unsigned top = (1u << set->w) - 1, of_digest = sig_digest_chains(set), most = of_digest * top;
    uint8_t least[SIG_MAX_CHAINS], digit[SIG_MAX_CHAINS];
    double *weight = calloc(2 * ((size_t)most + 1), sizeof *weight), *next = weight + most + 1, share = 0;
    if (!weight)
        return NAN;
    memset(least, 0xff, sizeof least);
    for (size_t k = 0; k < count; k++) {
        sig_digits(set, digests + k * set->n, digit);
        for (unsigned i = 0; i < set->chains; i++)
            least[i] = digit[i] < least[i] ? digit[i] : least[i];
    }
    weight[0] = 1;
    for (unsigned i = 0; i < of_digest; i++) {
        memset(next, 0, ((size_t)most + 1) * sizeof *next);
        for (unsigned more = 0; more <= top - least[i]; more++)
            for (unsigned sum = 0; sum <= i * top; sum++) /* i digits come to no more */
                next[sum + more] += weight[sum];
        for (unsigned sum = 0; sum <= most; sum++)
            weight[sum] = next[sum] / (top + 1);
    }
    for (unsigned sum = 0; sum <= most; sum++) {
        bool above = true;
        sig_checksum_digits(set, sum, digit);
        for (unsigned i = of_digest; i < set->chains; i++)
            above = above && digit[i - of_digest] >= least[i];
        share += above ? weight[sum] : 0;
    }
    free(weight);
    return share > 0 ? -log2(share) : INFINITY;
}
