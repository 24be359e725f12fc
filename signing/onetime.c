/* LM-OTS or WOTS+, LMS or XMSS nodes, by the scheme of the set. */
#include "signing/internal.h"

void sig_checksum_digits(const SigSet *set, unsigned sum, uint8_t *digit)
{
    const unsigned text = sum << set->shift & 0xffff, count = set->chains - sig_digest_chains(set);
    for (unsigned i = 0; i < count; i++)
        digit[i] = text >> (16 - set->w * (i + 1)) & ((1u << set->w) - 1);
}

void sig_digits(const SigSet *set, const uint8_t *digest, uint8_t *digit)
{
    const unsigned top = (1u << set->w) - 1, of_digest = sig_digest_chains(set);
    unsigned sum = 0;
    for (unsigned i = 0; i < of_digest; i++) {
        digit[i] = digest[i * set->w / 8] >> (8 - set->w - i * set->w % 8) & top;
        sum += top - digit[i];
    }
    sig_checksum_digits(set, sum, digit + of_digest);
}

static bool is_lms(const SigSet *set)
{
    return set->scheme == SIG_LMS;
}

size_t sig_leaves_room(const SigSet *set)
{
    return is_lms(set) ? sig_lms_leaves_room(set) : sig_xmss_leaves_room(set);
}

size_t sig_one_time_room(const SigSet *set)
{
    return is_lms(set) ? sig_lms_one_time_room(set) : sig_xmss_one_time_room(set);
}

void sig_leaves(const SigTree *tree, SigWork *work, uint64_t first, unsigned count, uint8_t *out)
{
    (is_lms(tree->set) ? sig_lms_leaves : sig_xmss_leaves)(tree, work, first, count, out);
}

void sig_parents(const SigTree *tree, SigWork *work, unsigned level, uint64_t first, unsigned count,
                 const uint8_t *children, uint8_t *out)
{
    (is_lms(tree->set) ? sig_lms_parents : sig_xmss_parents)(tree, work, level, first, count, children, out);
}

void sig_one_time_sign(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *digest, uint8_t *out)
{
    (is_lms(tree->set) ? sig_lms_sign : sig_xmss_sign)(tree, work, leaf, digest, out);
}

void sig_one_time_leaf(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *digest, const uint8_t *values,
                       uint8_t *out)
{
    (is_lms(tree->set) ? sig_lms_leaf : sig_xmss_leaf)(tree, work, leaf, digest, values, out);
}

void sig_one_time_node(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *ends, uint8_t *out)
{
    (is_lms(tree->set) ? sig_lms_node : sig_xmss_node)(tree, work, leaf, ends, out);
}

void sig_one_time_step(const SigTree *tree, SigWork *work, const SigChain *const *chains, const int *at, size_t count)
{
    (is_lms(tree->set) ? sig_lms_step : sig_xmss_step)(tree, work, chains, at, count);
}

void sig_climb(const SigTree *tree, SigWork *work, uint32_t leaf, unsigned from, const uint8_t *node, const uint8_t *path,
               uint8_t *root)
{
    (is_lms(tree->set) ? sig_lms_climb : sig_xmss_climb)(tree, work, leaf, from, node, path, root);
}

void sig_roots(const SigTree *tree, SigWork *work, SigWay *const *ways, unsigned count)
{
    (is_lms(tree->set) ? sig_lms_roots : sig_xmss_roots)(tree, work, ways, count);
}

size_t sig_order_ways(const SigSet *set, SigWay *const *ways, unsigned count, uint8_t *values, size_t stride, SigChain *chains)
{
    const unsigned top = (1u << set->w) - 1;
    uint8_t digit[SIG_BATCH][SIG_MAX_CHAINS];
    size_t next[256] = {0}, sum = 0; /* by digit: the lowest has most steps to go */
    for (unsigned i = 0; i < count; i++) {
        sig_digits(set, ways[i]->digest, digit[i]);
        memcpy(values + i * stride, ways[i]->values, (size_t)set->chains * set->n);
        for (unsigned k = 0; k < set->chains; k++)
            next[digit[i][k]]++;
    }
    for (unsigned d = 0; d <= top; d++) {
        const size_t here = next[d];
        next[d] = sum;
        sum += here;
    }
    for (unsigned i = 0; i < count; i++)
        for (unsigned k = 0; k < set->chains; k++)
            chains[next[digit[i][k]]++] = (SigChain){ways[i]->leaf, (uint16_t)k, digit[i][k], (uint16_t)(top - digit[i][k]),
                                                     values + i * stride + k * set->n};
    return next[top - 1]; /* those at the top are there already */
}
