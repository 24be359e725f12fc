/* What of a private seed makes its public key: for attackers, who have a part of it. */
#include "signing/internal.h"

#include <assert.h>
#include <string.h>

size_t sig_seed_secret(const SigSet *set)
{
    assert(set);
    return set->n;
}

void sig_seed_complete(const SigSet *set, const uint8_t *vk, uint8_t *seed)
{
    assert(set && vk && seed);
    if (set->scheme == SIG_LMS || set->scheme == SIG_HSS) {
        memcpy(seed + set->n, vk + (set->scheme == SIG_HSS ? 12 : 8), SIG_I);
        return;
    }
    memset(seed + set->n, 0, set->n);
    memcpy(seed + 2 * set->n, vk + 4 + set->n, set->n);
}
