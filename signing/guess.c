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

const SigSet *sig_lower_set(const SigSet *set, unsigned level)
{
    assert(set && level);
    if (set->scheme != SIG_HSS || level >= set->levels)
        return NULL;
    if (level + 1 == set->levels)
        return set->level[level];
    char name[8 * 80] = "HSS:";
    for (unsigned i = level; i < set->levels; i++)
        strcat(strcat(name, i > level ? "," : ""), set->level[i]->name);
    return sig_set_find(name, NULL);
}

size_t sig_lower_offset(const SigSet *set, unsigned level)
{
    assert(set && set->scheme == SIG_HSS && level < set->levels);
    size_t at = 4;
    for (unsigned i = 0; i < level; i++)
        at += sig_set_signature_size(set->level[i]) + sig_set_public_size(set->level[i + 1]);
    return at;
}
