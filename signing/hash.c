/* Hashing of one message or of many, through libcrypto. FIPS 180-4, FIPS 202. */
#define OPENSSL_SUPPRESS_DEPRECATED /* SHA256_*: see SigWork */
#include "signing/internal.h"

#include <assert.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"SHA2-256", "SHA2-512", "SHAKE-128", "SHAKE-256"};
static EVP_MD *fetched[4]; /* kept as long as the process: fetching takes as long as ten hashes */

static void fetch(void)
{
    for (SigHash hash = SIG_SHA512; hash <= SIG_SHAKE256; hash++)
        fetched[hash] = EVP_MD_fetch(NULL, names[hash], NULL);
}

static const EVP_MD *md_of(SigHash hash)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fetch);
    return fetched[hash];
}

SigWork *sig_work_new(SigHash hash, size_t room)
{
    assert(hash <= SIG_SHAKE256);
    SigWork *work = malloc(sizeof *work + room); /* one allocation: they are a part of what a signature costs */
    if (!work)
        return NULL;
    *work = (SigWork){.hash = hash, .lanes = sig_lanes(), .room = room};
    if (hash == SIG_SHA256)
        return work;
    work->md = md_of(hash);
    work->context = EVP_MD_CTX_new();
    if (work->md && work->context)
        return work;
    sig_work_free(work);
    return NULL;
}

/* explicit_bzero here as everywhere in this folder: OPENSSL_cleanse goes eight bytes at a time, and was a tenth of a
 * signature. */
__attribute__((noinline)) void sig_burn_lanes(void)
{
    uint8_t space[24 * 1024];
    explicit_bzero(space, sizeof space);
}

__attribute__((noinline)) void sig_burn_hash(void)
{
    uint8_t space[2 * 1024];
    explicit_bzero(space, sizeof space);
}

void sig_work_free(SigWork *work)
{
    if (!work)
        return;
    EVP_MD_CTX_free(work->context); /* cleanses the state */
    explicit_bzero(work, sizeof *work + work->room);
    free(work);
}

void sig_hash_begin(SigWork *work)
{
    if (work->hash == SIG_SHA256)
        SHA256_Init(&work->sha256);
    else if (!EVP_DigestInit_ex2(work->context, work->md, NULL))
        abort(); /* only when memory runs out on the first use of a context */
}

void sig_hash_update(SigWork *work, const uint8_t *in, size_t length)
{
    if (work->hash == SIG_SHA256)
        SHA256_Update(&work->sha256, in, length);
    else if (!EVP_DigestUpdate(work->context, in, length))
        abort();
}

void sig_hash_end(SigWork *work, uint8_t *out, size_t n)
{
    assert(n <= SIG_MAX_N);
    uint8_t whole[SIG_MAX_N];
    bool fine = true;
    if (work->hash == SIG_SHA256) {
        SHA256_Final(whole, &work->sha256);
        memcpy(out, whole, n);
    } else if (work->hash == SIG_SHAKE128 || work->hash == SIG_SHAKE256) {
        fine = EVP_DigestFinalXOF(work->context, out, n);
    } else {
        fine = EVP_DigestFinal_ex(work->context, whole, NULL);
        memcpy(out, whole, n);
        explicit_bzero(whole, sizeof whole);
    }
    if (!fine)
        abort();
}

void sig_sha256(const uint8_t *in, size_t length, uint8_t *out, size_t n)
{
    SHA256_CTX context;
    uint8_t whole[32];
    SHA256_Init(&context);
    SHA256_Update(&context, in, length);
    SHA256_Final(whole, &context); /* cleanses the block it buffered */
    memcpy(out, whole, n);
    explicit_bzero(whole, sizeof whole);
}

void sig_sha256_block(const uint8_t block[64], uint32_t state[8])
{
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Transform(&context, block);
    memcpy(state, context.h, 32);
    explicit_bzero(&context, sizeof context);
}

/* False where it is for libcrypto: one message is faster there, but for SHAKE. */
static bool in_lanes(SigWork *work, const uint8_t *in, size_t in_stride, size_t length, uint8_t *out, size_t out_stride,
                     size_t n, size_t count)
{
    const SigLanes *lanes = work->lanes;
    const size_t rate = work->hash == SIG_SHAKE128 ? 168 : 136;
    if (n % 8) /* lanes write whole words: the hash values of toy sets are shorter */
        return false;
    if (work->hash == SIG_SHA256 && lanes->wide > 1 && count > 1)
        lanes->sha256_many(in, in_stride, length, out, out_stride, n, count);
    else if (work->hash == SIG_SHA512 && lanes->sha512_many && count > 1)
        lanes->sha512_many(in, in_stride, length, out, out_stride, n, count);
    else if (work->hash >= SIG_SHAKE128 && lanes->shake_many)
        lanes->shake_many(rate, in, in_stride, length, out, out_stride, n, count);
    else
        return false;
    return true;
}

void sig_hash_many(SigWork *work, const uint8_t *in, size_t in_stride, size_t length, uint8_t *out, size_t out_stride,
                   size_t n, size_t count)
{
    assert(work && in && out);
    if (in_lanes(work, in, in_stride, length, out, out_stride, n, count))
        return;
    for (size_t i = 0; i < count; i++) {
        if (work->hash == SIG_SHA256) {
            sig_sha256(in + i * in_stride, length, out + i * out_stride, n);
            continue;
        }
        sig_hash_begin(work);
        sig_hash_update(work, in + i * in_stride, length);
        sig_hash_end(work, out + i * out_stride, n);
    }
}

void sig_hash(SigWork *work, const uint8_t *in, size_t length, uint8_t *out, size_t n)
{
    sig_hash_many(work, in, 0, length, out, 0, n, 1);
}
