/* Seeds of which every byte makes the public key: for those who hand keys on, and for attackers, who have a part of one. */
#include "signing/internal.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

static bool is_xmss(const SigSet *set)
{
    return set->scheme == SIG_XMSS || set->scheme == SIG_XMSSMT;
}

size_t sig_bound_seed_size(const SigSet *set)
{
    assert(set);
    return is_xmss(set) ? 2 * set->n : sig_set_seed_size(set);
}

bool sig_bound_seed_expand(const SigSet *set, const uint8_t *bound, uint8_t *seed)
{
    static const char label[] = "ucsim SK_PRF of a bound seed";
    assert(set && bound && seed);
    const size_t n = set->n;
    uint8_t text[sizeof label + SIG_MAX_N], prf[EVP_MAX_MD_SIZE];
    if (!is_xmss(set)) {
        memcpy(seed, bound, sig_set_seed_size(set));
        return true;
    }
    memcpy(text, label, sizeof label);
    memcpy(text + sizeof label, bound + n, n);
    if (!HMAC(EVP_sha512(), bound, (int)n, text, sizeof label + n, prf, NULL))
        return false;
    memcpy(seed, bound, n);
    memcpy(seed + n, prf, n);
    memcpy(seed + 2 * n, bound + n, n);
    explicit_bzero(prf, sizeof prf);
    return true;
}

size_t sig_bound_seed_secret(const SigSet *set)
{
    assert(set);
    return set->n;
}

void sig_bound_seed_complete(const SigSet *set, const uint8_t *vk, uint8_t *bound)
{
    assert(set && vk && bound);
    if (is_xmss(set))
        memcpy(bound + set->n, vk + 4 + set->n, set->n);
    else
        memcpy(bound + set->n, vk + (set->scheme == SIG_HSS ? 12 : 8), SIG_I);
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
