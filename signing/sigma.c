#define OPENSSL_SUPPRESS_DEPRECATED /* as in hash.c: EVP costs several times the hashing of one block */
#include "signing/sigma.h"

#include <assert.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { HASH = 32, IDEAL_SIGNATURE = 16 + 8 + HASH + HASH };

typedef struct {
    uint8_t *vk, *seed;
} Term;

/* Which seed gave which public key: lets the ideal scheme check a term. A function of contents, so it may be shared
 * by worlds and never forgets. */
struct SigmaTerms {
    pthread_mutex_t lock;
    Term *term;
    size_t count, room;
};

static Sigma *common(const char *name, uint64_t capacity, const char **near)
{
    const SigSet *set = sig_set_find(name, near);
    if (!set)
        return NULL;
    Sigma *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->name = sig_set_name(set);
    s->set = set;
    s->capacity = sig_set_capacity(set);
    if (capacity && capacity < s->capacity)
        s->capacity = capacity;
    s->seed_size = sig_set_seed_size(set);
    s->public_size = sig_set_public_size(set);
    s->signature_size = sig_set_signature_size(set);
    return s;
}

Sigma *sigma_real_new(const char *set, uint64_t capacity, SigCache *cache, const char **near)
{
    assert(set);
    Sigma *s = common(set, capacity, near);
    if (s)
        s->cache = cache;
    return s;
}

Sigma *sigma_ideal_new(const char *set, uint64_t capacity, const char **near)
{
    assert(set);
    Sigma *s = common(set, capacity, near);
    if (!s)
        return NULL;
    s->signature_size = IDEAL_SIGNATURE;
    s->terms = calloc(1, sizeof *s->terms);
    if (!s->terms)
        abort();
    pthread_mutex_init(&s->terms->lock, NULL);
    return s;
}

void sigma_forget(Sigma *s)
{
    assert(s);
    for (size_t i = 0; s->terms && i < s->terms->count; i++) {
        free(s->terms->term[i].vk);
        free(s->terms->term[i].seed);
    }
    if (s->terms)
        s->terms->count = 0;
}

void sigma_free(Sigma *s)
{
    if (!s)
        return;
    if (s->terms) {
        sigma_forget(s);
        free(s->terms->term);
        pthread_mutex_destroy(&s->terms->lock);
        free(s->terms);
    }
    free(s->pool);
    free(s);
}

/* SHA-256 over the parts, the first byte telling what for. */
static void hash(uint8_t out[HASH], uint8_t purpose, const void *a, size_t na, const void *b, size_t nb)
{
    SHA256_CTX c;
    SHA256_Init(&c);
    SHA256_Update(&c, &purpose, 1);
    SHA256_Update(&c, a, na);
    if (nb)
        SHA256_Update(&c, b, nb);
    SHA256_Final(out, &c);
}

static const Term *find(const Sigma *s, const uint8_t *vk)
{
    for (size_t i = 0; i < s->terms->count; i++) {
        if (!memcmp(s->terms->term[i].vk, vk, s->public_size))
            return &s->terms->term[i];
    }
    return NULL;
}

static uint8_t *copy(const uint8_t *from, size_t n)
{
    uint8_t *to = malloc(n);
    if (!to)
        abort();
    return memcpy(to, from, n);
}

static void remember(Sigma *s, const uint8_t *vk, const uint8_t *seed)
{
    struct SigmaTerms *t = s->terms;
    pthread_mutex_lock(&t->lock);
    if (!find(s, vk)) {
        if (t->count == t->room) {
            t->room = t->room ? 2 * t->room : 8;
            t->term = realloc(t->term, t->room * sizeof *t->term);
            if (!t->term)
                abort();
        }
        t->term[t->count++] = (Term){ copy(vk, s->public_size), copy(seed, s->seed_size) };
    }
    pthread_mutex_unlock(&t->lock);
}

bool sigma_set_pool(Sigma *s, const uint8_t *seeds, size_t count)
{
    assert(s && !s->terms && seeds && count > 0);
    bool ok = true;
    uint8_t *vk = malloc(s->public_size);
    s->pool = copy(seeds, count * s->seed_size);
    s->pool_count = count;
    for (size_t i = 0; i < count && ok; i++) /* the trees go into the cache */
        ok = vk && sig_public(s->cache, s->set, seeds + i * s->seed_size, vk) == SIG_OK;
    free(vk);
    return ok;
}

/* The seed that counts. */
static const uint8_t *pooled(const Sigma *s, const uint8_t *seed)
{
    uint8_t h[HASH];
    uint64_t number = 0;
    if (!s->pool)
        return seed;
    hash(h, 5, seed, s->seed_size, NULL, 0);
    for (int i = 0; i < 8; i++)
        number = number << 8 | h[i];
    return s->pool + number % s->pool_count * s->seed_size;
}

/* Bytes `at` and on of the public key. */
static void ideal_block(const Sigma *s, const uint8_t *seed, size_t at, uint8_t out[HASH])
{
    uint8_t number = (uint8_t)(at / HASH);
    hash(out, 1, seed, s->seed_size, &number, 1);
}

bool sigma_public(Sigma *s, const uint8_t *seed, uint8_t *vk)
{
    assert(s && seed && vk);
    if (!s->terms)
        return sig_public(s->cache, s->set, pooled(s, seed), vk) == SIG_OK;
    for (size_t at = 0; at < s->public_size; at += HASH) {
        uint8_t block[HASH];
        ideal_block(s, seed, at, block);
        memcpy(vk + at, block, s->public_size - at < HASH ? s->public_size - at : HASH);
    }
    remember(s, vk, seed);
    return true;
}

/* kid || index || H(m) || tag, the tag a function of the seed and the rest. */
static void ideal_term(const Sigma *s, const uint8_t *vk, const uint8_t *seed, uint64_t index,
                       const uint8_t *message, size_t length, uint8_t *out)
{
    uint8_t h[HASH];
    hash(h, 2, vk, s->public_size, NULL, 0);
    memcpy(out, h, 16);
    for (int i = 0; i < 8; i++)
        out[16 + i] = (uint8_t)(index >> (56 - 8 * i));
    hash(out + 24, 3, length ? message : (const uint8_t *)"", length, NULL, 0);
    hash(out + 24 + HASH, 4, seed, s->seed_size, out, 24 + HASH);
}

bool sigma_sign(Sigma *s, const uint8_t *seed, uint64_t index, const uint8_t *message, size_t length,
                uint8_t *signature)
{
    assert(s && seed && signature && index < s->capacity);
    if (!s->terms)
        return sig_sign(s->cache, s->set, pooled(s, seed), index, message, length, signature) == SIG_OK;
    uint8_t vk[256];
    assert(s->public_size <= sizeof vk);
    sigma_public(s, seed, vk);
    ideal_term(s, vk, seed, index, message, length, signature);
    return true;
}

static bool ideal_verify(Sigma *s, const uint8_t *vk, const uint8_t *message, size_t length, const uint8_t *signature)
{
    uint64_t index = 0;
    for (int i = 0; i < 8; i++)
        index = index << 8 | signature[16 + i];
    pthread_mutex_lock(&s->terms->lock);
    const Term *t = find(s, vk);
    const uint8_t *seed = t ? t->seed : NULL; /* never freed while the scheme lives */
    pthread_mutex_unlock(&s->terms->lock);
    if (!seed || index >= s->capacity)
        return false;
    uint8_t again[IDEAL_SIGNATURE];
    ideal_term(s, vk, seed, index, message, length, again);
    return !memcmp(again, signature, sizeof again);
}

bool sigma_verify(Sigma *s, const uint8_t *vk, size_t vk_length, const uint8_t *message, size_t length,
                  const uint8_t *signature, size_t signature_length)
{
    assert(s);
    if (!s->terms)
        return sig_verify(s->set, vk, vk_length, message, length, signature, signature_length) == SIG_OK;
    return vk_length == s->public_size && signature_length == s->signature_size &&
           ideal_verify(s, vk, message, length, signature);
}

/* ---- guesses ---- */

size_t sigma_seed_in_public(const Sigma *s, const uint8_t *vk, const uint8_t **part)
{
    assert(s && vk && part);
    *part = vk;
    return s->terms ? 0 : sig_seed_in_public(s->set, vk, part);
}

/* As sigma_public, without a memory of guesses. */
static bool ideal_gives(const Sigma *s, const uint8_t *seed, const uint8_t *vk)
{
    bool same = true;
    for (size_t at = 0; at < s->public_size && same; at += HASH) {
        uint8_t block[HASH];
        ideal_block(s, seed, at, block);
        same = !memcmp(block, vk + at, s->public_size - at < HASH ? s->public_size - at : HASH);
    }
    return same;
}

SigmaGuess sigma_guess(Sigma *s, const uint8_t *seed, const uint8_t *vk, const uint8_t *signature, size_t length,
                       bool tree)
{
    assert(s && seed && vk);
    if (s->terms)
        return ideal_gives(s, seed, vk) ? SIGMA_SEED : SIGMA_NOT_THE_SEED;
    if (signature && !sig_seed_fits(s->set, seed, signature, length))
        return SIGMA_NOT_THE_SEED;
    if (!signature && !tree)
        return SIGMA_NEEDS_A_KEY;
    uint8_t made[256];
    assert(s->public_size <= sizeof made);
    return sigma_public(s, seed, made) && !memcmp(made, vk, s->public_size) ? SIGMA_SEED : SIGMA_NOT_THE_SEED;
}
