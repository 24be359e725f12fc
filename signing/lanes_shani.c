/* SHA-256 in four interleaved streams of the SHA extensions. The lane code around it is that of every width: the
 * words of four lanes are turned into four streams and back. */
#include "signing/lanes.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("sha,ssse3,sse4.1")))
#define UNROLL _Pragma("GCC unroll 32") /* so that arrays become registers */
#define INLINE static inline __attribute__((always_inline)) TARGET

/* Four vectors as a 4 x 4 matrix. */
INLINE void turn(__m128i *a, __m128i *b, __m128i *c, __m128i *d)
{
    __m128i ab0 = _mm_unpacklo_epi32(*a, *b), ab1 = _mm_unpackhi_epi32(*a, *b);
    __m128i cd0 = _mm_unpacklo_epi32(*c, *d), cd1 = _mm_unpackhi_epi32(*c, *d);
    *a = _mm_unpacklo_epi64(ab0, cd0);
    *b = _mm_unpackhi_epi64(ab0, cd0);
    *c = _mm_unpacklo_epi64(ab1, cd1);
    *d = _mm_unpackhi_epi64(ab1, cd1);
}

/* Four rounds of one stream with message words m (and their constants). */
#define ROUNDS(abef, cdgh, m, k) \
    do { \
        __m128i sum = _mm_add_epi32(m, k); \
        cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum); \
        abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e)); \
    } while (0)

/* The next four message words from the last sixteen. */
#define SCHEDULE(m0, m1, m2, m3) \
    _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(m0, m1), _mm_alignr_epi8(m3, m2, 4)), m3)

/* state[i]: word i of the four lanes; w likewise. early: the state after four rounds, where it is the same in all lanes. */
static TARGET void compress(__m128i state[8], __m128i w[16], const uint32_t *early)
{
    __m128i x[4], y[4], abef[4], cdgh[4], m[4][4];
    UNROLL
    for (unsigned i = 0; i < 4; i++)
        x[i] = state[i], y[i] = state[4 + i];
    turn(&x[0], &x[1], &x[2], &x[3]); /* x[lane] = a b c d, lowest first */
    turn(&y[0], &y[1], &y[2], &y[3]); /* y[lane] = e f g h */
    UNROLL
    for (unsigned i = 0; i < 4; i++) {
        __m128i ba = _mm_shuffle_epi32(x[i], 0xb1), hgfe = _mm_shuffle_epi32(y[i], 0x1b);
        abef[i] = _mm_alignr_epi8(ba, hgfe, 8);
        cdgh[i] = _mm_blend_epi16(hgfe, ba, 0xf0);
        x[i] = abef[i], y[i] = cdgh[i];
        if (early) {
            abef[i] = _mm_set_epi32((int)early[0], (int)early[1], (int)early[4], (int)early[5]);
            cdgh[i] = _mm_set_epi32((int)early[2], (int)early[3], (int)early[6], (int)early[7]);
        }
    }
    UNROLL
    for (unsigned g = 0; g < 4; g++) {
        turn(&w[4 * g], &w[4 * g + 1], &w[4 * g + 2], &w[4 * g + 3]);
        UNROLL
        for (unsigned i = 0; i < 4; i++)
            m[g][i] = w[4 * g + i];
    }
    for (unsigned t = 0; t < 64; t += 16) {
        UNROLL
        for (unsigned g = 0; g < 4; g++) {
            __m128i k = _mm_loadu_si128((const __m128i *)(sig_sha256_k + t + 4 * g));
            if (t || g || !early)
                UNROLL
                for (unsigned i = 0; i < 4; i++)
                    ROUNDS(abef[i], cdgh[i], m[g][i], k);
            if (t < 48)
                UNROLL
                for (unsigned i = 0; i < 4; i++)
                    m[g][i] = SCHEDULE(m[g][i], m[(g + 1) & 3][i], m[(g + 2) & 3][i], m[(g + 3) & 3][i]);
        }
    }
    UNROLL
    for (unsigned i = 0; i < 4; i++) {
        abef[i] = _mm_add_epi32(abef[i], x[i]);
        cdgh[i] = _mm_add_epi32(cdgh[i], y[i]);
        __m128i feba = _mm_shuffle_epi32(abef[i], 0x1b), dchg = _mm_shuffle_epi32(cdgh[i], 0xb1);
        state[i] = _mm_blend_epi16(feba, dchg, 0xf0);
        state[4 + i] = _mm_alignr_epi8(dchg, feba, 8);
    }
    turn(&state[0], &state[1], &state[2], &state[3]);
    turn(&state[4], &state[5], &state[6], &state[7]);
}

static TARGET void gather_4(const uint8_t *const *at, size_t bytes, __m128i *w)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    uint8_t block[4][64];
    const uint8_t *from[4];
    for (unsigned i = 0; i < 4; i++) {
        from[i] = at[i];
        if (bytes < 64) {
            memset(block[i], 0, 64);
            from[i] = memcpy(block[i], at[i], bytes);
        }
    }
    UNROLL
    for (unsigned g = 0; g < 4; g++) {
        UNROLL
        for (unsigned i = 0; i < 4; i++)
            w[4 * g + i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(from[i] + 16 * g)), swap);
        turn(&w[4 * g], &w[4 * g + 1], &w[4 * g + 2], &w[4 * g + 3]);
    }
}

static TARGET void scatter_4(const __m128i *s, uint8_t *out, size_t stride, size_t n, size_t count)
{
    uint32_t words[8][4];
    UNROLL
    for (unsigned i = 0; i < 8; i++)
        _mm_storeu_si128((__m128i *)words[i], s[i]);
    for (size_t lane = 0; lane < count; lane++) {
        for (size_t i = 0; i < n / 4; i++) {
            uint32_t big = __builtin_bswap32(words[i][lane]);
            memcpy(out + lane * stride + 4 * i, &big, 4);
        }
    }
}

INLINE __m128i take_4(__m128i v, unsigned lanes, const uint32_t *p)
{
    uint32_t words[4];
    _mm_storeu_si128((__m128i *)words, v);
    for (; lanes; lanes &= lanes - 1)
        words[__builtin_ctz(lanes)] = *p++;
    return _mm_loadu_si128((const __m128i *)words);
}

INLINE void put_4(uint32_t *p, unsigned lanes, __m128i v)
{
    uint32_t words[4];
    _mm_storeu_si128((__m128i *)words, v);
    for (; lanes; lanes &= lanes - 1)
        *p++ = words[__builtin_ctz(lanes)];
}

INLINE unsigned signs(__m128i v)
{
    return (unsigned)_mm_movemask_ps(_mm_castsi128_ps(v));
}

#define LANE(name) name##_4
#define WIDTH 4
#define V __m128i
#define LOAD(p) _mm_loadu_si128((const __m128i *)(p))
#define STORE(p, v) _mm_storeu_si128((__m128i *)(p), v)
#define SET(x) _mm_set1_epi32((int)(x))
#define ADD(a, b) _mm_add_epi32(a, b)
#define AND(a, b) _mm_and_si128(a, b)
#define OR(a, b) _mm_or_si128(a, b)
#define XOR(a, b) _mm_xor_si128(a, b)
#define SHL(a, n) _mm_slli_epi32(a, n)
#define SHR(a, n) _mm_srli_epi32(a, n)
#define COMPRESS_HERE COMPRESS
#define COMPRESS(s, w, early) compress(s, w, early)
#define MASK unsigned
#define SIZE(mask) (unsigned)__builtin_popcount(mask)
#define TAKE(v, mask, p) take_4(v, mask, p)
#define PUT(p, mask, v) put_4(p, mask, v)
#define COUNT_DOWN(v) _mm_sub_epi32(v, _mm_set1_epi32(1))
#define IS_ZERO(v) signs(_mm_cmpeq_epi32(v, _mm_setzero_si128()))
#define IS_POSITIVE(v) signs(_mm_cmpgt_epi32(v, _mm_setzero_si128()))
#define BARE
#include "signing/sha256_lanes.inc"

static void many(const uint8_t *in, size_t in_stride, size_t length, uint8_t *out,
                 size_t out_stride, size_t n, size_t count)
{
    for (size_t i = 0; i < count; i += 4)
        many_4(in + i * in_stride, in_stride, length, out + i * out_stride, out_stride, n,
               count - i < 4 ? count - i : 4);
}

static void lms_chains(SigColumns *x)
{
    lms_4(x, 0);
}

static void wots_chains(SigColumns *x)
{
    wots_4(x, 0);
}

static void nodes_ahead(const SigColumns *x, size_t from, size_t end, uint32_t ready[24][SIG_COLUMNS])
{
    for (; from < end; from += 4)
        ahead_4(x, from, ready);
}

static void nodes(uint32_t ready[24][SIG_COLUMNS], size_t c, const uint8_t *const *pairs, uint8_t *out,
                  size_t out_stride, size_t count)
{
    for (size_t i = 0; i < count; i += 4)
        nodes_4(ready, c + i, pairs + i, out + i * out_stride, out_stride, count - i < 4 ? count - i : 4);
}

static void bare(uint32_t state[8][SIG_LANES], uint32_t block[16][SIG_LANES], unsigned times)
{
    UNROLL
    for (unsigned i = 0; i < SIG_LANES; i += 4)
        bare_4(state, block, i, times);
}

const SigLanes sig_lanes_shani = {.name = "shani",
                                  .wide = 4,
                                  .sha256_many = many,
                                  .lms_chains = lms_chains,
                                  .wots_chains = wots_chains,
                                  .wots_starts = starts_4,
                                  .nodes_ahead = nodes_ahead,
                                  .nodes = nodes,
                                  .sha256_bare = bare};
#endif
