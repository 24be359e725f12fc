/* Is this guess the seed of that key? Asked by attackers, who try many and must not make a tree for each. */
#include "signing/internal.h"

#include <assert.h>
#include <string.h>

static bool is_lms(const SigSet *set) { return set->scheme == SIG_LMS || set->scheme == SIG_HSS; }

size_t sig_seed_in_public(const SigSet *set, const uint8_t *vk, const uint8_t **part)
{
    assert(set && vk && part);
    *part = is_lms(set) ? vk + (set->scheme == SIG_HSS ? 12 : 8) : vk + 4 + set->n;
    return is_lms(set) ? SIG_I : set->n;
}

/* The randomiser of the leaf that the top level signs with (LMS, HSS), or of the whole signature (XMSS, XMSS^MT). */
static size_t randomiser(const SigSet *set, SigWork *work, const uint8_t *seed, const uint8_t *signature, uint8_t *out)
{
    if (!is_lms(set)) {
        size_t index = set->scheme == SIG_XMSS ? 4 : (set->height + 7) / 8;
        sig_xmss_randomiser(set, work, seed + set->n, sig_get(signature, (unsigned)index), out);
        return index;
    }
    size_t at = set->scheme == SIG_HSS ? 4 : 0;
    SigTree tree = {set->scheme == SIG_HSS ? set->level[0] : set, 0, seed, seed + set->n, 0, 0};
    sig_lms_derive(&tree, work, (uint32_t)sig_get(signature + at, 4), 0xfffd, out, set->n);
    return at + 8;
}

bool sig_seed_fits(const SigSet *set, const uint8_t *seed, const uint8_t *signature, size_t length)
{
    assert(set && seed && signature);
    if (length != sig_set_signature_size(set))
        return false;
    uint8_t r[SIG_MAX_N];
    SigWork *work = sig_work_new(set->hash, 1);
    if (!work)
        return false;
    size_t at = randomiser(set, work, seed, signature, r);
    sig_work_free(work);
    return !memcmp(r, signature + at, set->n);
}
