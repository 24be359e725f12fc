#define OPENSSL_SUPPRESS_DEPRECATED /* as in hash.c: EVP costs several times the hashing of one block */
#include "signing/internal.h"
#include "signing/sigma.h"

#include <assert.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { HASH = SIG_KEY, IDEAL_SIGNATURE = 16 + 8 + HASH + HASH };

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
    s->seed_size = sig_bound_seed_size(set);
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

static struct SigmaTerms *terms_new(void)
{
    struct SigmaTerms *t = calloc(1, sizeof *t);
    if (!t)
        abort();
    pthread_mutex_init(&t->lock, NULL);
    return t;
}

Sigma *sigma_ideal_new(const char *set, uint64_t capacity, const char **near)
{
    assert(set);
    Sigma *s = common(set, capacity, near);
    if (!s)
        return NULL;
    s->signature_size = IDEAL_SIGNATURE;
    s->terms = terms_new();
    return s;
}

Sigma *sigma_recorded_new(const char *set, uint64_t capacity, const SigmaRecord *record, const char **near)
{
    assert(set && record && record->sign && record->verify);
    Sigma *s = common(set, capacity, near);
    if (!s)
        return NULL;
    s->seed_size = s->public_size;
    s->signature_size = SIGMA_RECORDED;
    s->record = record;
    return s;
}

static void forget(struct SigmaTerms *t)
{
    for (size_t i = 0; t && i < t->count; i++) {
        free(t->term[i].vk);
        free(t->term[i].seed);
    }
    if (t)
        t->count = 0;
}

static void terms_free(struct SigmaTerms *t)
{
    if (!t)
        return;
    forget(t);
    free(t->term);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

void sigma_forget(Sigma *s)
{
    assert(s);
    forget(s->terms);
    forget(s->made);
}

void sigma_free(Sigma *s)
{
    if (!s)
        return;
    terms_free(s->terms);
    terms_free(s->made);
    sig_cache_free(s->answers);
    free(s->pool);
    free(s);
}

typedef struct {
    const void *bytes;
    size_t length;
} Part;

/* SHA-256 over the parts, the first byte telling what for. All parts but the last have a length that follows from this. */
static void hash_parts(uint8_t out[HASH], uint8_t purpose, const Part *part, size_t parts)
{
    SHA256_CTX c;
    SHA256_Init(&c);
    SHA256_Update(&c, &purpose, 1);
    for (size_t i = 0; i < parts; i++) {
        if (part[i].length)
            SHA256_Update(&c, part[i].bytes, part[i].length);
    }
    SHA256_Final(out, &c);
}

static void hash(uint8_t out[HASH], uint8_t purpose, const void *a, size_t na, const void *b, size_t nb)
{
    hash_parts(out, purpose, (const Part[]){ { a, na }, { b, nb } }, 2);
}

static const Term *find(const Sigma *s, const struct SigmaTerms *t, const uint8_t *vk)
{
    for (size_t i = 0; i < t->count; i++) {
        if (!memcmp(t->term[i].vk, vk, s->public_size))
            return &t->term[i];
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

static void remember(Sigma *s, struct SigmaTerms *t, const uint8_t *vk, const uint8_t *seed)
{
    pthread_mutex_lock(&t->lock);
    if (!find(s, t, vk)) {
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
        ok = vk && sigma_public(s, seeds + i * s->seed_size, vk);
    free(vk);
    return ok;
}

/* Once, when a seed is drawn: were it done wherever a seed is used, many seeds would give one public key. */
void sigma_draw(const Sigma *s, uint8_t *coins)
{
    uint8_t h[HASH];
    uint64_t number = 0;
    assert(s && coins);
    if (!s->pool)
        return;
    hash(h, 5, coins, s->seed_size, NULL, 0);
    for (int i = 0; i < 8; i++)
        number = number << 8 | h[i];
    memcpy(coins, s->pool + number % s->pool_count * s->seed_size, s->seed_size);
}

static bool real_public(Sigma *s, const uint8_t *seed, uint8_t *vk)
{
    uint8_t whole[SIG_MAX_KEY];
    bool ok = sig_bound_seed_expand(s->set, seed, whole) && sig_public(s->cache, s->set, whole, vk) == SIG_OK;
    explicit_bzero(whole, sizeof whole);
    if (ok && s->made)
        remember(s, s->made, vk, seed);
    return ok;
}

bool sigma_public(Sigma *s, const uint8_t *seed, uint8_t *vk)
{
    assert(s && seed && vk);
    if (s->record) {
        memcpy(vk, seed, s->public_size);
        return true;
    }
    if (!s->terms)
        return real_public(s, seed, vk);
    for (size_t at = 0; at < s->public_size; at += HASH) {
        uint8_t block[HASH], number = (uint8_t)(at / HASH);
        hash(block, 1, seed, s->seed_size, &number, 1);
        memcpy(vk + at, block, s->public_size - at < HASH ? s->public_size - at : HASH);
    }
    remember(s, s->terms, vk, seed);
    return true;
}

/* ---- real: the core, or what it said before ---- */

typedef struct {
    const Sigma *sigma;
    const uint8_t *key; /* to sign: the seed; to verify: vk */
    uint64_t index;
    const uint8_t *message;
    size_t length;
    const uint8_t *signature; /* to verify */
} Question;

static SigStatus core_sign(void *question, uint8_t *signature)
{
    const Question *q = question;
    uint8_t whole[SIG_MAX_KEY];
    SigStatus status = SIG_FAILED;
    if (sig_bound_seed_expand(q->sigma->set, q->key, whole))
        status = sig_sign(q->sigma->cache, q->sigma->set, whole, q->index, q->message, q->length, signature);
    explicit_bzero(whole, sizeof whole);
    return status;
}

static SigStatus core_verify(void *question, uint8_t *valid)
{
    const Question *q = question;
    *valid = sig_verify(q->sigma->set, q->key, q->sigma->public_size, q->message, q->length, q->signature,
                        q->sigma->signature_size) == SIG_OK;
    return SIG_OK;
}

static bool answer(const Sigma *s, const uint8_t digest[HASH], SigBuild *ask, Question *q, uint8_t *out, size_t size)
{
    SigBlob *blob;
    if (sig_cache_get(s->answers, digest, size, ask, q, &blob) != SIG_OK)
        return false;
    memcpy(out, sig_blob_data(blob), size);
    sig_cache_release(s->answers, blob);
    return true;
}

static bool real_sign(Sigma *s, Question *q, uint8_t *signature)
{
    uint8_t digest[HASH];
    if (!s->answers)
        return core_sign(q, signature) == SIG_OK;
    hash_parts(digest, 6, (const Part[]){ { q->key, s->seed_size }, { &q->index, sizeof q->index },
                                          { q->message, q->length } }, 3);
    return answer(s, digest, core_sign, q, signature, s->signature_size);
}

static bool real_verify(Sigma *s, Question *q)
{
    uint8_t digest[HASH], valid = false;
    if (s->answers) {
        hash_parts(digest, 7, (const Part[]){ { q->key, s->public_size }, { q->signature, s->signature_size },
                                              { q->message, q->length } }, 3);
        if (answer(s, digest, core_verify, q, &valid, sizeof valid))
            return valid;
    }
    return core_verify(q, &valid) == SIG_OK && valid;
}

void sigma_remember_answers(Sigma *s, size_t limit_bytes)
{
    assert(s);
    sig_cache_free(s->answers);
    s->answers = limit_bytes && !s->terms ? sig_cache_new(limit_bytes) : NULL;
}

/* ---- */

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
    assert(s && seed && signature);
    if (index >= s->capacity)
        return false;
    if (s->record) {
        s->record->sign(s->record->data, seed, index, message, length, signature);
        return true;
    }
    if (!s->terms)
        return real_sign(s, &(Question){ s, seed, index, message, length, NULL }, signature);
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
    const Term *t = find(s, s->terms, vk);
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
    if (vk_length != s->public_size || signature_length != s->signature_size)
        return false;
    if (s->record)
        return s->record->verify(s->record->data, vk, message, length, signature);
    return s->terms ? ideal_verify(s, vk, message, length, signature)
                    : real_verify(s, &(Question){ s, vk, 0, message, length, signature });
}

unsigned sigma_uses(Sigma *s, const uint8_t *vk, size_t vk_length, const uint8_t *message, size_t length,
                    const uint8_t *signature, size_t signature_length, SigUse use[SIG_USES])
{
    unsigned uses = 0;
    assert(s && use);
    if (!s->terms) {
        sig_uses(s->set, vk, vk_length, message, length, signature, signature_length, use, &uses);
        return uses;
    }
    if (!sigma_verify(s, vk, vk_length, message, length, signature, signature_length))
        return 0;
    hash(use->key, 8, signature, 16 + 8, NULL, 0);
    hash(use->what, 8, signature + 24, HASH, NULL, 0);
    hash(use->bytes, 8, signature, signature_length, NULL, 0);
    return 1;
}

/* ---- guesses ---- */

void sigma_remember_keys(Sigma *s)
{
    assert(s);
    if (!s->terms && !s->made)
        s->made = terms_new();
}

size_t sigma_seed_secret(const Sigma *s)
{
    assert(s);
    return s->terms ? s->seed_size : sig_bound_seed_secret(s->set);
}

void sigma_seed_complete(const Sigma *s, const uint8_t *vk, uint8_t *seed)
{
    assert(s && vk && seed);
    if (!s->terms)
        sig_bound_seed_complete(s->set, vk, seed);
}

const uint8_t *sigma_remembered(const Sigma *s, const uint8_t *vk)
{
    assert(s && vk && (s->terms || s->made));
    struct SigmaTerms *t = s->terms ? s->terms : s->made;
    pthread_mutex_lock(&t->lock);
    const Term *term = find(s, t, vk);
    const uint8_t *seed = term ? term->seed : NULL;
    pthread_mutex_unlock(&t->lock);
    return seed;
}
