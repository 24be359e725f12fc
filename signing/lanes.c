/* Which lanes this process uses; the portable ones. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "signing/lanes.h"

#include <assert.h>
#include <endian.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* FIPS 180-4 sections 4.2.2 and 5.3.3 */
const uint32_t sig_sha256_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
    0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
    0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2};
const uint32_t sig_sha256_start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static uint32_t rotated(uint32_t x, unsigned by)
{
    return x >> by | x << (32 - by);
}

void sig_sha256_early(const uint32_t state[8], const uint32_t w[4], uint32_t out[8])
{
    memcpy(out, state, 32);
    for (unsigned t = 0; t < 4; t++) {
        const uint32_t a = out[0], b = out[1], c = out[2], e = out[4], f = out[5], g = out[6];
        const uint32_t t1 = out[7] + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + ((e & f) ^ (~e & g)) +
                            sig_sha256_k[t] + w[t];
        const uint32_t t2 = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        memmove(out + 1, out, 28);
        out[4] += t1;
        out[0] = t1 + t2;
    }
}

/* ---- portable: libcrypto, one lane ------------------------------------------------------------------------------------ */

static void compress(uint32_t state[8], const uint32_t w[16])
{
    SHA256_CTX context;
    uint8_t block[64];
    for (unsigned i = 0; i < 16; i++) {
        uint32_t big = __builtin_bswap32(w[i]);
        memcpy(block + 4 * i, &big, 4);
    }
    memcpy(context.h, state, 32);
    SHA256_Transform(&context, block);
    memcpy(state, context.h, 32);
}

static void gather_1(const uint8_t *const *at, size_t bytes, uint32_t *w)
{
    memset(w, 0, 64);
    memcpy(w, at[0], bytes);
    for (unsigned i = 0; i < 16; i++)
        w[i] = be32toh(w[i]);
}

static void scatter_1(const uint32_t *s, uint8_t *out, size_t stride, size_t n, size_t count)
{
    for (size_t i = 0; i < n / 4; i++) {
        uint32_t big = __builtin_bswap32(s[i]);
        memcpy(out + 4 * i, &big, 4);
    }
}

#define LANE(name) name##_1
#define TARGET
#define UNROLL
#define WIDTH 1
#define V uint32_t
#define LOAD(p) (*(p))
#define STORE(p, v) (*(p) = (v))
#define SET(x) ((uint32_t)(x))
#define ADD(a, b) ((a) + (b))
#define AND(a, b) ((a) & (b))
#define OR(a, b) ((a) | (b))
#define XOR(a, b) ((a) ^ (b))
#define SHL(a, n) ((a) << (n))
#define SHR(a, n) ((a) >> (n))
#define COMPRESS_HERE COMPRESS
#define COMPRESS(s, w, early) compress(s, w)
#define MASK unsigned
#define SIZE(mask) (mask)
#define TAKE(v, mask, p) ((mask) ? *(p) : (v))
#define PUT(p, mask, v) ((mask) ? (void)(*(p) = (v)) : (void)0)
#define COUNT_DOWN(v) ((v) - 1)
#define IS_ZERO(v) ((v) == 0)
#define IS_POSITIVE(v) ((int32_t)(v) > 0)
#define BARE
#include "signing/sha256_lanes.inc"

static void many(const uint8_t *in, size_t in_stride, size_t length, uint8_t *out,
                 size_t out_stride, size_t n, size_t count)
{
    for (size_t i = 0; i < count; i++)
        many_1(in + i * in_stride, in_stride, length, out + i * out_stride, out_stride, n, 1);
}

static void lms_chains(SigColumns *x)
{
    lms_1(x, 0);
}

static void wots_chains(SigColumns *x)
{
    wots_1(x, 0);
}

static void nodes_ahead(const SigColumns *x, size_t from, size_t end, uint32_t ready[24][SIG_COLUMNS])
{
    for (; from < end; from++)
        ahead_1(x, from, ready);
}

static void nodes(uint32_t ready[24][SIG_COLUMNS], size_t c, const uint8_t *const *pairs, uint8_t *out,
                  size_t out_stride, size_t count)
{
    for (size_t i = 0; i < count; i++)
        nodes_1(ready, c + i, pairs + i, out + i * out_stride, out_stride, 1);
}

static void bare(uint32_t state[8][SIG_LANES], uint32_t block[16][SIG_LANES], unsigned times)
{
    for (unsigned i = 0; i < SIG_LANES; i++)
        bare_1(state, block, i, times);
}

const SigLanes sig_lanes_portable = {.name = "portable",
                                     .wide = 1,
                                     .sha256_many = many,
                                     .lms_chains = lms_chains,
                                     .wots_chains = wots_chains,
                                     .wots_starts = starts_1,
                                     .nodes_ahead = nodes_ahead,
                                     .nodes = nodes,
                                     .sha256_bare = bare};

/* ---- choice -------------------------------------------------------------------------------------------------------------- */

#if defined(__x86_64__)
#include <cpuid.h>

static bool has_sha(void)
{
    unsigned a, b, c, d;
    return __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.1") && __get_cpuid_count(7, 0, &a, &b, &c, &d) &&
           b >> 29 & 1;
}

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && has_sha();
}

static const SigLanes *best(void)
{
    return has_avx512() ? &sig_lanes_avx512 : has_sha() ? &sig_lanes_shani : &sig_lanes_portable;
}
#else
static const SigLanes *best(void)
{
    return &sig_lanes_portable;
}
#endif

const SigLanes *sig_lanes_named(const char *name)
{
    assert(name);
#if defined(__x86_64__)
    if (strcmp(name, "avx512") == 0)
        return has_avx512() ? &sig_lanes_avx512 : NULL;
    if (strcmp(name, "shani") == 0)
        return has_sha() ? &sig_lanes_shani : NULL;
#endif
    return strcmp(name, "portable") == 0 ? &sig_lanes_portable : NULL;
}

bool sig_lanes_known(const char *name)
{
    assert(name);
    return !strcmp(name, "portable") || !strcmp(name, "shani") || !strcmp(name, "avx512");
}

static const SigLanes *chosen;

static void choose(void)
{
    const char *name = getenv("UCSIM_LANES");
    chosen = name ? sig_lanes_named(name) : NULL;
    if (!chosen)
        chosen = best();
}

const SigLanes *sig_lanes(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, choose);
    return chosen;
}
