/* SHA-256 in 16 and in 2 x 16 lanes of AVX-512. The two halves of the wide form are independent, which hides the
 * latency of a round. */
#include "signing/lanes.h"
#include "signing/lanes64.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define UNROLL _Pragma("GCC unroll 32") /* so that arrays become registers */
#define INLINE static inline __attribute__((always_inline)) TARGET

typedef struct {
    __m512i lo, hi;
} Pair;

INLINE __m512i xor3(__m512i x, __m512i y, __m512i z)
{
    return _mm512_ternarylogic_epi32(x, y, z, 0x96);
}

#define BIG(x, i, j, k) xor3(_mm512_ror_epi32(x, i), _mm512_ror_epi32(x, j), _mm512_ror_epi32(x, k))
#define SMALL(x, i, j, k) xor3(_mm512_ror_epi32(x, i), _mm512_ror_epi32(x, j), _mm512_srli_epi32(x, k))
#define PLUS(x, y) _mm512_add_epi32(x, y)

/* Compressions: early is the state after the first four rounds where that is the same in all lanes, otherwise NULL. */

/* FIPS 180-4 section 6.2.2, step 3, one round of one half; names rotate instead of values. */
#define ROUND(a, b, c, d, e, f, g, h, kw) \
    do { \
        __m512i t1 = PLUS(PLUS(h, kw), PLUS(BIG(e, 6, 11, 25), _mm512_ternarylogic_epi32(e, f, g, 0xca))); \
        d = PLUS(d, t1); \
        h = PLUS(t1, PLUS(BIG(a, 2, 13, 22), _mm512_ternarylogic_epi32(a, b, c, 0xe8))); \
    } while (0)
/* The same with one operation more and a shorter way from e to the next e: for when nothing else hides the latency. The
 * compiler must not put the sums into another order. */
#define PIN(x) __asm__("" : "+v"(x))
#define SHORT_ROUND(a, b, c, d, e, f, g, h, kw) \
    do { \
        __m512i t1 = PLUS(d, PLUS(h, kw)); \
        PIN(t1); \
        t1 = PLUS(t1, _mm512_ternarylogic_epi32(e, f, g, 0xca)); \
        PIN(t1); \
        h = _mm512_sub_epi32(_mm512_ternarylogic_epi32(a, b, c, 0xe8), d); \
        PIN(h); \
        d = PLUS(t1, BIG(e, 6, 11, 25)); \
        PIN(d); \
        h = PLUS(h, d); \
        PIN(h); \
        h = PLUS(h, BIG(a, 2, 13, 22)); \
    } while (0)
#define WORD(w, t) \
    (w[(t) & 15] = PLUS(PLUS(w[(t) & 15], w[((t) + 9) & 15]), \
                        PLUS(SMALL(w[((t) + 1) & 15], 7, 18, 3), SMALL(w[((t) + 14) & 15], 17, 19, 10))))

#define FOUR(STEP, t) \
    STEP(0, 1, 2, 3, 4, 5, 6, 7, t) STEP(7, 0, 1, 2, 3, 4, 5, 6, t + 1) STEP(6, 7, 0, 1, 2, 3, 4, 5, t + 2) \
    STEP(5, 6, 7, 0, 1, 2, 3, 4, t + 3)
#define NEXT_FOUR(STEP, t) \
    STEP(4, 5, 6, 7, 0, 1, 2, 3, t) STEP(3, 4, 5, 6, 7, 0, 1, 2, t + 1) STEP(2, 3, 4, 5, 6, 7, 0, 1, t + 2) \
    STEP(1, 2, 3, 4, 5, 6, 7, 0, t + 3)
#define EIGHT(STEP, t) FOUR(STEP, t) NEXT_FOUR(STEP, t + 4)

#define K(t) _mm512_set1_epi32((int)k[t])
#define HALF_FIRST(a, b, c, d, e, f, g, h, t) \
    SHORT_ROUND(s[a], s[b], s[c], s[d], s[e], s[f], s[g], s[h], PLUS(w[t], K(t)));
#define HALF_NEXT(a, b, c, d, e, f, g, h, t) \
    SHORT_ROUND(s[a], s[b], s[c], s[d], s[e], s[f], s[g], s[h], PLUS(WORD(w, t), K(t)));

INLINE void inline_16(__m512i state[8], __m512i w[16], const uint32_t *early)
{
    __m512i s[8];
    const uint32_t *k = sig_sha256_k;
    UNROLL
    for (unsigned i = 0; i < 8; i++)
        s[i] = early ? _mm512_set1_epi32((int)early[i ^ 4]) : state[i]; /* names have rotated half way round */
    if (!early) {
        FOUR(HALF_FIRST, 0)
    }
    NEXT_FOUR(HALF_FIRST, 4)
    EIGHT(HALF_FIRST, 8)
    for (unsigned round = 16; round < 64; round += 16) {
        k += 16;
        EIGHT(HALF_NEXT, 0)
        EIGHT(HALF_NEXT, 8)
    }
    UNROLL
    for (unsigned i = 0; i < 8; i++)
        state[i] = PLUS(state[i], s[i]);
}

#define PAIR_FIRST(a, b, c, d, e, f, g, h, t) \
    ROUND(s[a], s[b], s[c], s[d], s[e], s[f], s[g], s[h], PLUS(w[t].lo, K(t))); \
    ROUND(u[a], u[b], u[c], u[d], u[e], u[f], u[g], u[h], PLUS(w[t].hi, K(t)));
#define PAIR_WORD(w, t, half) \
    (w[(t) & 15].half = PLUS(PLUS(w[(t) & 15].half, w[((t) + 9) & 15].half), \
                          PLUS(SMALL(w[((t) + 1) & 15].half, 7, 18, 3), SMALL(w[((t) + 14) & 15].half, 17, 19, 10))))
#define PAIR_NEXT(a, b, c, d, e, f, g, h, t) \
    ROUND(s[a], s[b], s[c], s[d], s[e], s[f], s[g], s[h], PLUS(PAIR_WORD(w, t, lo), K(t))); \
    ROUND(u[a], u[b], u[c], u[d], u[e], u[f], u[g], u[h], PLUS(PAIR_WORD(w, t, hi), K(t)));

INLINE void inline_32(Pair state[8], Pair w[16], const uint32_t *early)
{
    __m512i s[8], u[8];
    const uint32_t *k = sig_sha256_k;
    UNROLL
    for (unsigned i = 0; i < 8; i++)
        s[i] = early ? _mm512_set1_epi32((int)early[i ^ 4]) : state[i].lo, u[i] = early ? s[i] : state[i].hi;
    if (!early) {
        FOUR(PAIR_FIRST, 0)
    }
    NEXT_FOUR(PAIR_FIRST, 4)
    EIGHT(PAIR_FIRST, 8)
    for (unsigned round = 16; round < 64; round += 16) {
        k += 16;
        EIGHT(PAIR_NEXT, 0)
        EIGHT(PAIR_NEXT, 8)
    }
    UNROLL
    for (unsigned i = 0; i < 8; i++)
        state[i].lo = PLUS(state[i].lo, s[i]), state[i].hi = PLUS(state[i].hi, u[i]);
}

static TARGET __attribute__((noinline)) void compress_16(__m512i state[8], __m512i w[16], const uint32_t *early)
{
    inline_16(state, w, early);
}

static TARGET __attribute__((noinline)) void compress_32(Pair state[8], Pair w[16], const uint32_t *early)
{
    inline_32(state, w, early);
}

/* A 16 x 16 matrix of words, turned. */
INLINE void turn(__m512i r[16])
{
    __m512i t[16];
    UNROLL
    for (unsigned i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
    }
    UNROLL
    for (unsigned i = 0; i < 16; i += 4) {
        r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    UNROLL
    for (unsigned i = 0; i < 4; i++) {
        t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
        t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
        t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
    }
    UNROLL
    for (unsigned i = 0; i < 4; i++) {
        r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
        r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
        r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
        r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
    }
}

static TARGET void gather_16(const uint8_t *const *at, size_t bytes, __m512i *w)
{
    const __mmask64 those = bytes < 64 ? (UINT64_C(1) << bytes) - 1 : UINT64_MAX;
    const __m512i swap = _mm512_set4_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203);
    UNROLL
    for (unsigned i = 0; i < 16; i++)
        w[i] = _mm512_shuffle_epi8(_mm512_maskz_loadu_epi8(those, at[i]), swap);
    turn(w);
}

static TARGET void gather_32(const uint8_t *const *at, size_t bytes, Pair *w)
{
    __m512i half[16];
    gather_16(at, bytes, half);
    UNROLL
    for (unsigned i = 0; i < 16; i++)
        w[i].lo = half[i];
    gather_16(at + 16, bytes, half);
    UNROLL
    for (unsigned i = 0; i < 16; i++)
        w[i].hi = half[i];
}

static TARGET void scatter_16(const __m512i *s, uint8_t *out, size_t stride, size_t n, size_t count)
{
    const __m512i swap = _mm512_set4_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203);
    __m512i r[16];
    UNROLL
    for (unsigned i = 0; i < 16; i++)
        r[i] = i < 8 ? s[i] : _mm512_setzero_si512();
    turn(r);
    for (size_t i = 0; i < count; i++) {
        __m512i bytes = _mm512_shuffle_epi8(r[i], swap);
        _mm512_mask_storeu_epi32(out + i * stride, (__mmask16)((1u << n / 4) - 1), bytes);
    }
}

static TARGET void scatter_32(const Pair *s, uint8_t *out, size_t stride, size_t n, size_t count)
{
    __m512i half[8];
    UNROLL
    for (unsigned i = 0; i < 8; i++)
        half[i] = s[i].lo;
    scatter_16(half, out, stride, n, count < 16 ? count : 16);
    if (count <= 16)
        return;
    UNROLL
    for (unsigned i = 0; i < 8; i++)
        half[i] = s[i].hi;
    scatter_16(half, out + 16 * stride, stride, n, count - 16);
}

INLINE void put_16(uint32_t *p, __mmask16 lanes, __m512i v)
{
    const __mmask16 first = (__mmask16)((1u << __builtin_popcount(lanes)) - 1);
    _mm512_mask_storeu_epi32(p, first, _mm512_maskz_compress_epi32(lanes, v));
}

INLINE __m512i take_16(__m512i v, __mmask16 lanes, const uint32_t *p)
{
    return _mm512_mask_expand_epi32(v, lanes, _mm512_loadu_si512(p));
}

#define LANE(name) name##_16
#define WIDTH 16
#define V __m512i
#define LOAD(p) _mm512_loadu_si512(p)
#define STORE(p, v) _mm512_storeu_si512(p, v)
#define SET(x) _mm512_set1_epi32((int)(x))
#define ADD(a, b) _mm512_add_epi32(a, b)
#define AND(a, b) _mm512_and_si512(a, b)
#define OR(a, b) _mm512_or_si512(a, b)
#define XOR(a, b) _mm512_xor_si512(a, b)
#define SHL(a, n) _mm512_slli_epi32(a, n)
#define SHR(a, n) _mm512_srli_epi32(a, n)
#define COMPRESS(s, w, early) compress_16(s, w, early)
#define COMPRESS_HERE inline_16
#define MASK __mmask16
#define SIZE(mask) (unsigned)__builtin_popcount(mask)
#define TAKE(v, mask, p) take_16(v, mask, p)
#define PUT(p, mask, v) put_16(p, mask, v)
#define COUNT_DOWN(v) _mm512_sub_epi32(v, _mm512_set1_epi32(1))
#define IS_ZERO(v) _mm512_testn_epi32_mask(v, v)
#define IS_POSITIVE(v) _mm512_cmpgt_epi32_mask(v, _mm512_setzero_si512())
#include "signing/sha256_lanes.inc"

#define BOTH(name, op) \
    INLINE Pair pair_##name(Pair x, Pair y) { return (Pair){op(x.lo, y.lo), op(x.hi, y.hi)}; }
BOTH(add, _mm512_add_epi32)
BOTH(and, _mm512_and_si512)
BOTH(or, _mm512_or_si512)
BOTH(xor, _mm512_xor_si512)

INLINE Pair pair_set(uint32_t x)
{
    return (Pair){_mm512_set1_epi32((int)x), _mm512_set1_epi32((int)x)};
}

INLINE Pair pair_load(const uint32_t *p)
{
    return (Pair){_mm512_loadu_si512(p), _mm512_loadu_si512(p + 16)};
}

INLINE void pair_store(uint32_t *p, Pair x)
{
    _mm512_storeu_si512(p, x.lo);
    _mm512_storeu_si512(p + 16, x.hi);
}

INLINE Pair pair_take(Pair v, __mmask32 lanes, const uint32_t *p)
{
    const __mmask16 lo = (__mmask16)lanes;
    return (Pair){take_16(v.lo, lo, p), take_16(v.hi, (__mmask16)(lanes >> 16), p + __builtin_popcount(lo))};
}

INLINE void pair_put(uint32_t *p, __mmask32 lanes, Pair v)
{
    const __mmask16 lo = (__mmask16)lanes;
    put_16(p, lo, v.lo);
    put_16(p + __builtin_popcount(lo), (__mmask16)(lanes >> 16), v.hi);
}

INLINE __mmask32 both(__mmask16 lo, __mmask16 hi)
{
    return (__mmask32)hi << 16 | lo;
}

#define LANE(name) name##_32
#define WIDTH 32
#define V Pair
#define LOAD(p) pair_load(p)
#define STORE(p, v) pair_store(p, v)
#define SET(x) pair_set(x)
#define ADD(a, b) pair_add(a, b)
#define AND(a, b) pair_and(a, b)
#define OR(a, b) pair_or(a, b)
#define XOR(a, b) pair_xor(a, b)
#define SHL(x, n) ((Pair){_mm512_slli_epi32(x.lo, n), _mm512_slli_epi32(x.hi, n)})
#define SHR(x, n) ((Pair){_mm512_srli_epi32(x.lo, n), _mm512_srli_epi32(x.hi, n)})
#define COMPRESS(s, w, early) compress_32(s, w, early)
#define COMPRESS_HERE inline_32
#define MASK __mmask32
#define SIZE(mask) (unsigned)__builtin_popcount(mask)
#define TAKE(v, mask, p) pair_take(v, mask, p)
#define PUT(p, mask, v) pair_put(p, mask, v)
#define COUNT_DOWN(v) pair_add(v, pair_set(UINT32_MAX))
#define IS_ZERO(v) both(_mm512_testn_epi32_mask(v.lo, v.lo), _mm512_testn_epi32_mask(v.hi, v.hi))
#define IS_POSITIVE(v) \
    both(_mm512_cmpgt_epi32_mask(v.lo, _mm512_setzero_si512()), _mm512_cmpgt_epi32_mask(v.hi, _mm512_setzero_si512()))
#define BARE
#include "signing/sha256_lanes.inc"

enum { FEW = 4 }; /* up to here SHA-NI is faster than 16 lanes that are mostly empty */

static void many(const uint8_t *in, size_t in_stride, size_t length, uint8_t *out,
                 size_t out_stride, size_t n, size_t count)
{
    while (count) {
        const size_t part = count > 32 ? 32 : count;
        (part <= FEW ? sig_lanes_shani.sha256_many : part <= 16 ? many_16 : many_32)(
            in, in_stride, length, out, out_stride, n, part);
        in += part * in_stride, out += part * out_stride, count -= part;
    }
}

/* Whether 32 lanes are worth it. A step of 16 takes 3/5 of the time of one of 32 (measured), so 32 are only better where
 * there is enough to do beside the longest chain. */
static bool worth_32(const SigColumns *x)
{
    size_t total = 0, longest = 0;
    for (size_t c = x->ended; c < x->count; c++) {
        total += x->left[c];
        longest = x->left[c] > longest ? x->left[c] : longest;
    }
    const size_t by_32 = total / 32 > longest ? total / 32 : longest;
    const size_t by_16 = total / 16 > longest ? total / 16 : longest;
    return 5 * by_32 <= 3 * by_16;
}

typedef void Run(SigColumns *x, size_t enough);

/* Narrower as fewer chains are left. */
static void run_chains(SigColumns *x, Run *by_32, Run *by_16, void (*by_4)(SigColumns *))
{
    if (x->count > 16 && worth_32(x))
        by_32(x, 16);
    if (x->count - x->ended > FEW)
        by_16(x, FEW);
    if (x->count > x->ended)
        by_4(x);
}

static void lms_chains(SigColumns *x)
{
    run_chains(x, lms_32, lms_16, sig_lanes_shani.lms_chains);
}

static void wots_chains(SigColumns *x)
{
    run_chains(x, wots_32, wots_16, sig_lanes_shani.wots_chains);
}

static void wots_starts(SigColumns *x, size_t from, size_t end)
{
    for (; from < end; from += 32)
        (end - from <= FEW ? sig_lanes_shani.wots_starts : end - from <= 16 ? starts_16 : starts_32)(
            x, from, end - from < 32 ? end : from + 32);
}

static void nodes_ahead(const SigColumns *x, size_t from, size_t end, uint32_t ready[24][SIG_COLUMNS])
{
    for (; from < end; from += 32) {
        if (end - from <= FEW)
            sig_lanes_shani.nodes_ahead(x, from, end, ready);
        else
            (end - from <= 16 ? ahead_16 : ahead_32)(x, from, ready);
    }
}

/* One alone is fastest with libcrypto. */
static void nodes(uint32_t ready[24][SIG_COLUMNS], size_t c, const uint8_t *const *pairs, uint8_t *out,
                  size_t out_stride, size_t count)
{
    (count == 1      ? sig_lanes_portable.nodes
     : count <= FEW  ? sig_lanes_shani.nodes
     : count <= 16   ? nodes_16
                     : nodes_32)(ready, c, pairs, out, out_stride, count);
}

static TARGET void values_in(SigColumns *x, size_t c, const uint8_t *const *values, size_t count)
{
    const __mmask64 those = (UINT64_C(1) << 4 * x->words) - 1;
    const __m512i swap = _mm512_set4_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203);
    __m512i w[16];
    for (unsigned i = 0; i < 16; i++)
        w[i] = _mm512_shuffle_epi8(_mm512_maskz_loadu_epi8(those, values[i < count ? i : 0]), swap);
    turn(w);
    UNROLL
    for (unsigned i = 0; i < 8; i++)
        _mm512_storeu_si512(x->value[i] + c, w[i]);
}

static TARGET void values_out(const SigColumns *x, size_t c, uint8_t *const *values, size_t count)
{
    const __m512i swap = _mm512_set4_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203);
    __m512i w[16];
    UNROLL
    for (unsigned i = 0; i < 16; i++)
        w[i] = i < 8 ? _mm512_loadu_si512(x->value[i] + c) : _mm512_setzero_si512();
    turn(w);
    for (size_t i = 0; i < count; i++)
        _mm512_mask_storeu_epi32(values[i], (__mmask16)((1u << x->words) - 1), _mm512_shuffle_epi8(w[i], swap));
}

static void bare(uint32_t state[8][SIG_LANES], uint32_t block[16][SIG_LANES], unsigned times)
{
    bare_32(state, block, 0, times);
}

const SigLanes sig_lanes_avx512 = {.name = "avx512",
                                   .wide = 32,
                                   .sha256_many = many,
                                   .lms_chains = lms_chains,
                                   .wots_chains = wots_chains,
                                   .values_in = values_in,
                                   .values_out = values_out,
                                   .wots_starts = wots_starts,
                                   .nodes_ahead = nodes_ahead,
                                   .nodes = nodes,
                                   .sha256_bare = bare,
                                   .shake_many = sig_shake_many_avx512,
                                   .lms_shake_chains = sig_lms_shake_chains_avx512,
                                   .sha512_many = sig_sha512_many_avx512,
                                   .keccak_bare = sig_keccak_bare_avx512};
#endif
