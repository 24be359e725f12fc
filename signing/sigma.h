/* A signature scheme Sigma as the functionality and the protocol see it: a function of (SK, index, message).
 *
 * Two implementations, chosen per run: `real` is the signing core (signing.h); `ideal` makes signature terms
 * (kid, index, H(m)) that only who has SK can make, for exhaustive exploration. Both are deterministic, so two
 * worlds that share one Sigma agree. SK is the bound seed of signing.h: vk fixes
 * it, and signatures are a function of it, the index and the message. So who has checked that a seed gives vk has the one
 * seed of vk, and signs what everybody signs who has one.
 * Source: docs/protocol.md, "Two crypto providers". Ownership: buffers are the caller's, of the sizes given here.
 * Thread safe.
 */
#ifndef SIGNING_SIGMA_H
#define SIGNING_SIGMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signing/signing.h"

typedef struct Sigma {
    const char *name; /* of the parameter set */
    uint64_t capacity;
    size_t seed_size, public_size, signature_size;
    const SigSet *set;
    SigCache *cache;          /* real: borrowed */
    struct SigmaTerms *terms; /* ideal: owned */
    struct SigmaTerms *made;  /* real, if they are remembered: owned */
    SigCache *answers;        /* real, if they are remembered: owned */
    uint8_t *pool;            /* real: seeds of the only keys that are drawn, or NULL; owned */
    size_t pool_count;
    const struct SigmaRecord *record; /* recorded: borrowed */
} Sigma;

/* What somebody else's signatures were, as a log tells it: the third implementation, with which a functionality is held against a log
 * whose secrets nobody has. SK is vk itself, and a signature is the SIGMA_RECORDED bytes that `sign` gives it as a name. Both
 * must be functions of their arguments. */
enum { SIGMA_RECORDED = 32 };
typedef struct SigmaRecord {
    void *data;
    void (*sign)(void *data, const uint8_t *vk, uint64_t index, const uint8_t *message, size_t length, uint8_t name[SIGMA_RECORDED]);
    bool (*verify)(void *data, const uint8_t *vk, const uint8_t *message, size_t length, const uint8_t name[SIGMA_RECORDED]);
} SigmaRecord;

/* NULL if the set is unknown; then *near (if not NULL) is the closest name. A capacity other than 0 cuts the number
 * of one-time keys to that many (for exploration). The cache is borrowed and may be NULL. */
Sigma *sigma_real_new(const char *set, uint64_t capacity, SigCache *cache, const char **near);
Sigma *sigma_ideal_new(const char *set, uint64_t capacity, const char **near);
Sigma *sigma_recorded_new(const char *set, uint64_t capacity, const SigmaRecord *record, const char **near);
void sigma_free(Sigma *sigma);
/* real: from now on only these seeds are drawn (count of seed_size bytes each, copied): for many runs that cannot afford
 * fresh keys. What they show is conditioned on the pool. False when a key cannot be made. */
bool sigma_set_pool(Sigma *sigma, const uint8_t *seeds, size_t count);
/* ideal: forgets its terms, for many short runs one after the other. */
void sigma_forget(Sigma *sigma);
/* real: from now on signatures, and what verify said, are remembered by a digest of all that they depend on, in at most so
 * many bytes (the least recently used go); 0: no longer, and nothing is kept. For exploration, which asks for the same few
 * again and again. No answer changes. Not while others use sigma. */
void sigma_remember_answers(Sigma *sigma, size_t limit_bytes);

/* Coins (seed_size bytes) become a seed: themselves, or with a pool one of it, chosen by a digest of them. */
void sigma_draw(const Sigma *sigma, uint8_t *coins);
/* False only when the core fails (memory, interruption), or when there is no such index. */
bool sigma_public(Sigma *sigma, const uint8_t *seed, uint8_t *vk);
bool sigma_sign(Sigma *sigma, const uint8_t *seed, uint64_t index, const uint8_t *message, size_t length,
                uint8_t *signature);
/* Anything malformed is false. */
bool sigma_verify(Sigma *sigma, const uint8_t *vk, size_t vk_length, const uint8_t *message, size_t length,
                  const uint8_t *signature, size_t signature_length);

/* Every one-time key that the signature has used, at every layer (SigUse); 0 unless it verifies. ideal: the one-time key is
 * (kid, index), and the term is what it signed. */
unsigned sigma_uses(Sigma *sigma, const uint8_t *vk, size_t vk_length, const uint8_t *message, size_t length,
                    const uint8_t *signature, size_t signature_length, SigUse use[SIG_USES]);

/* ---- for attackers, who guess seeds ---- */
/* From now on public keys are remembered with their seeds, so that a guess costs a comparison and not a tree. */
void sigma_remember_keys(Sigma *sigma);
/* How many bytes at the beginning of a seed are to be guessed; the others are filled in by sigma_seed_complete. */
size_t sigma_seed_secret(const Sigma *sigma);
void sigma_seed_complete(const Sigma *sigma, const uint8_t *vk, uint8_t *seed);
/* The secret part of the seed that gave vk, or NULL if it was not made here since; owned by sigma, until the next key. */
const uint8_t *sigma_remembered(const Sigma *sigma, const uint8_t *vk);

#endif
