/* Keccak and SHA-512 in 8 lanes of AVX-512: 64-bit words, [word][lane]. FIPS 202 sections 3 and 5; FIPS 180-4 section
 * 6.4. */
#include "signing/lanes.h"

#if defined(__x86_64__)
#include "signing/lanes64.h"

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define UNROLL _Pragma("GCC unroll 32") /* so that arrays become registers */
#define INLINE static inline __attribute__((always_inline)) TARGET

enum { WIDTH = 8, BUFFER = 192 };

INLINE __m512i xor3(__m512i x, __m512i y, __m512i z)
{
    return _mm512_ternarylogic_epi64(x, y, z, 0x96);
}

/* An 8 x 8 matrix of 64-bit words, turned. */
INLINE void turn(__m512i r[8])
{
    __m512i t[8];
    UNROLL
    for (unsigned i = 0; i < 8; i += 2) {
        t[i] = _mm512_unpacklo_epi64(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi64(r[i], r[i + 1]);
    }
    UNROLL
    for (unsigned i = 0; i < 2; i++) {
        r[i] = _mm512_shuffle_i64x2(t[i], t[i + 2], 0x88);
        r[i + 2] = _mm512_shuffle_i64x2(t[i], t[i + 2], 0xdd);
        r[i + 4] = _mm512_shuffle_i64x2(t[i + 4], t[i + 6], 0x88);
        r[i + 6] = _mm512_shuffle_i64x2(t[i + 4], t[i + 6], 0xdd);
    }
    UNROLL
    for (unsigned i = 0; i < 4; i++) {
        t[i] = _mm512_shuffle_i64x2(r[i], r[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_i64x2(r[i], r[i + 4], 0xdd);
    }
    UNROLL
    for (unsigned i = 0; i < 8; i++)
        r[i] = t[i];
}

/* n bytes of each lane from the first words. */
INLINE void scatter(const __m512i *words, bool swap, uint8_t *out, size_t stride, size_t n, size_t count)
{
    const __m512i order = _mm512_set4_epi32(0x08090a0b, 0x0c0d0e0f, 0x00010203, 0x04050607);
    __m512i r[8];
    UNROLL
    for (unsigned i = 0; i < 8; i++)
        r[i] = swap ? _mm512_shuffle_epi8(words[i], order) : words[i];
    turn(r);
    for (size_t i = 0; i < count; i++)
        _mm512_mask_storeu_epi64(out + i * stride, (__mmask8)((1u << n / 8) - 1), r[i]);
}

/* ---- Keccak-f[1600]: FIPS 202 section 3.3 ------------------------------------------------------------------------------ */

static const uint64_t round_constant[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

/* Row of the state after rho and pi: five lanes of the old state (with theta) rotated; then chi. */
#define MOVED(from, by) _mm512_rol_epi64(_mm512_xor_si512(a[from], d[(from) % 5]), by)
#define ROW(to, f0, r0, f1, r1, f2, r2, f3, r3, f4, r4) \
    do { \
        __m512i b0 = MOVED(f0, r0), b1 = MOVED(f1, r1), b2 = MOVED(f2, r2), b3 = MOVED(f3, r3), b4 = MOVED(f4, r4); \
        e[to] = _mm512_ternarylogic_epi64(b0, b1, b2, 0xd2); \
        e[to + 1] = _mm512_ternarylogic_epi64(b1, b2, b3, 0xd2); \
        e[to + 2] = _mm512_ternarylogic_epi64(b2, b3, b4, 0xd2); \
        e[to + 3] = _mm512_ternarylogic_epi64(b3, b4, b0, 0xd2); \
        e[to + 4] = _mm512_ternarylogic_epi64(b4, b0, b1, 0xd2); \
    } while (0);

INLINE void keccak_round(const __m512i a[25], __m512i e[25], uint64_t constant)
{
    __m512i c[5], d[5];
    UNROLL
    for (unsigned x = 0; x < 5; x++)
        c[x] = xor3(xor3(a[x], a[x + 5], a[x + 10]), a[x + 15], a[x + 20]);
    UNROLL
    for (unsigned x = 0; x < 5; x++)
        d[x] = _mm512_xor_si512(c[(x + 4) % 5], _mm512_rol_epi64(c[(x + 1) % 5], 1));
    ROW(0, 0, 0, 6, 44, 12, 43, 18, 21, 24, 14)
    ROW(5, 3, 28, 9, 20, 10, 3, 16, 45, 22, 61)
    ROW(10, 1, 1, 7, 6, 13, 25, 19, 8, 20, 18)
    ROW(15, 4, 27, 5, 36, 11, 10, 17, 15, 23, 56)
    ROW(20, 2, 62, 8, 55, 14, 39, 15, 41, 21, 2)
    e[0] = _mm512_xor_si512(e[0], _mm512_set1_epi64((long long)constant));
}

INLINE void inline_keccak(__m512i state[25])
{
    __m512i a[25], e[25];
    UNROLL
    for (unsigned i = 0; i < 25; i++)
        a[i] = state[i];
    for (unsigned round = 0; round < 24; round += 2) {
        keccak_round(a, e, round_constant[round]);
        keccak_round(e, a, round_constant[round + 1]);
    }
    UNROLL
    for (unsigned i = 0; i < 25; i++)
        state[i] = a[i];
}

static TARGET __attribute__((noinline)) void keccak(__m512i state[25])
{
    inline_keccak(state);
}

TARGET void sig_keccak_bare_avx512(uint64_t state[25][8], unsigned times)
{
    __m512i s[25];
    UNROLL
    for (unsigned i = 0; i < 25; i++)
        s[i] = _mm512_loadu_si512(state[i]);
    while (times--)
        keccak(s);
    UNROLL
    for (unsigned i = 0; i < 25; i++)
        _mm512_storeu_si512(state[i], s[i]);
}

/* The first `words` words of the lanes' buffers into the state. */
INLINE void absorb(__m512i state[25], uint8_t buffer[WIDTH][BUFFER], size_t words)
{
    for (size_t from = 0; from < words; from += 8) {
        __m512i r[8];
        UNROLL
        for (unsigned lane = 0; lane < WIDTH; lane++)
            r[lane] = _mm512_load_si512(buffer[lane] + 8 * from);
        turn(r);
        UNROLL
        for (unsigned i = 0; i < 8; i++)
            if (from + i < words)
                state[from + i] = _mm512_xor_si512(state[from + i], r[i]);
    }
}

/* SHAKE with one block of output: FIPS 202 sections 4 and 6.2. The last bit of the padding is the same in all lanes. */
static TARGET void shake_8(size_t rate, const uint8_t *in, size_t in_stride, size_t length, uint8_t *out,
                           size_t out_stride, size_t n, size_t count)
{
    uint8_t buffer[WIDTH][BUFFER] __attribute__((aligned(64)));
    const __m512i end = _mm512_set1_epi64((long long)(UINT64_C(1) << 63));
    __m512i state[25];
    UNROLL
    for (unsigned i = 0; i < 25; i++)
        state[i] = _mm512_setzero_si512();
    for (size_t done = 0;; done += rate) {
        const bool last = length - done < rate;
        const size_t part = last ? length - done : rate;
        for (unsigned lane = 0; lane < WIDTH; lane++) {
            uint8_t *to = buffer[lane];
            if (last)
                _mm512_store_si512(to + part / 64 * 64, _mm512_setzero_si512());
            memcpy(to, in + (lane < count ? lane : count - 1) * in_stride + done, part);
            if (last)
                to[part] = 0x1f;
        }
        absorb(state, buffer, last ? part / 8 + 1 : rate / 8);
        if (last)
            state[rate / 8 - 1] = _mm512_xor_si512(state[rate / 8 - 1], end);
        keccak(state);
        if (last)
            break;
    }
    scatter(state, false, out, out_stride, n, count);
    explicit_bzero(buffer, sizeof buffer);
}

void sig_shake_many_avx512(size_t rate, const uint8_t *in, size_t in_stride, size_t length, uint8_t *out,
                           size_t out_stride, size_t n, size_t count)
{
    for (size_t i = 0; i < count; i += WIDTH)
        shake_8(rate, in + i * in_stride, in_stride, length, out + i * out_stride, out_stride, n,
                count - i < WIDTH ? count - i : WIDTH);
}

/* ---- LM-OTS with SHAKE256 ------------------------------------------------------------------------------------------------ */

INLINE __m512i take_value(__m512i v, __mmask8 lanes, const uint64_t *p)
{
    return _mm512_mask_expand_epi64(v, lanes, _mm512_loadu_si512(p));
}

INLINE __m256i take_8(__m256i v, __mmask8 lanes, const uint32_t *p)
{
    return _mm256_mask_expand_epi32(v, lanes, _mm256_loadu_si256((const __m256i *)p));
}

INLINE __mmask8 first(__mmask8 lanes)
{
    return (__mmask8)((1u << __builtin_popcount(lanes)) - 1);
}

INLINE void put_value(uint64_t *p, __mmask8 lanes, __m512i v)
{
    _mm512_mask_storeu_epi64(p, first(lanes), _mm512_maskz_compress_epi64(lanes, v));
}

INLINE void put_8(uint32_t *p, __mmask8 lanes, __m256i v)
{
    _mm256_mask_storeu_epi32(p, first(lanes), _mm256_maskz_compress_epi32(lanes, v));
}

#define LANE(name) name##_8
#define ROWS 4
#define VALUES(x, i) ((x)->wide[i])
#define V __m512i
#define U __m256i
#define MASK __mmask8
#define SIZE(mask) (unsigned)__builtin_popcount(mask)
#define TAKE(u, mask, p) take_8(u, mask, p)
#define PUT(p, mask, u) put_8(p, mask, u)
#define TAKE_VALUE(v, mask, p) take_value(v, mask, p)
#define PUT_VALUE(p, mask, v) put_value(p, mask, v)
#define COUNT_DOWN(u) _mm256_sub_epi32(u, _mm256_set1_epi32(1))
#define IS_ZERO(u) _mm256_testn_epi32_mask(u, u)
#define IS_POSITIVE(u) _mm256_cmpgt_epi32_mask(u, _mm256_setzero_si256())
#include "signing/chain_lanes.inc"

/* The bytes of low and high, but for the first: the word they begin with. */
INLINE __m512i shifted(__m512i low, __m512i high)
{
    return _mm512_or_si512(_mm512_srli_epi64(low, 8), _mm512_slli_epi64(high, 56));
}

/* H(I || q || i || j || value): with the first byte of the padding just 7 words, or 6 for n = 24. */
static inline __attribute__((always_inline)) TARGET void lms_step(const SigColumns *x, Lanes_8 *l)
{
    const __m512i reversed = _mm512_set4_epi32(0x08090a0b, 0x0c0d0e0f, 0x00010203, 0x04050607);
    const __m512i place = _mm512_or_si512(_mm512_slli_epi64(_mm512_cvtepu32_epi64(l->leaf), 32),
                                          _mm512_cvtepu32_epi64(_mm256_or_si256(l->chain, l->at)));
    const __m512i padding = _mm512_set1_epi64(0x1f), zero = _mm512_setzero_si512();
    const bool full = x->words == 8;
    __m512i state[25];
    UNROLL
    for (unsigned i = 0; i < 25; i++)
        state[i] = zero;
    for (unsigned i = 0; i < 2; i++)
        state[i] = _mm512_set1_epi64((long long)((uint64_t)__builtin_bswap32(x->id[2 * i + 1]) << 32 |
                                                __builtin_bswap32(x->id[2 * i])));
    state[2] = _mm512_or_si512(_mm512_shuffle_epi8(place, reversed), _mm512_slli_epi64(l->value[0], 56));
    state[3] = shifted(l->value[0], l->value[1]);
    state[4] = shifted(l->value[1], l->value[2]);
    state[5] = shifted(l->value[2], full ? l->value[3] : padding);
    if (full)
        state[6] = shifted(l->value[3], padding);
    state[16] = _mm512_set1_epi64((long long)(UINT64_C(1) << 63));
    inline_keccak(state);
    UNROLL
    for (unsigned i = 0; i < 4; i++)
        l->value[i] = state[i];
    l->at = _mm256_and_si256(_mm256_add_epi32(l->at, _mm256_set1_epi32(0x100)), _mm256_set1_epi32(0xff00));
}

TARGET void sig_lms_shake_chains_avx512(SigColumns *x)
{
    run_8(x, 0, lms_step);
}

/* ---- SHA-512: FIPS 180-4 sections 4.1.3, 4.2.3, 5.3.5, 6.4 ----------------------------------------------------------------- */

static const uint64_t sha512_k[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817};
static const uint64_t sha512_start[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

#define PLUS(x, y) _mm512_add_epi64(x, y)
#define BIG(x, i, j, k) xor3(_mm512_ror_epi64(x, i), _mm512_ror_epi64(x, j), _mm512_ror_epi64(x, k))
#define SMALL(x, i, j, k) xor3(_mm512_ror_epi64(x, i), _mm512_ror_epi64(x, j), _mm512_srli_epi64(x, k))
#define ROUND(a, b, c, d, e, f, g, h, kw) \
    do { \
        __m512i t1 = PLUS(PLUS(h, kw), PLUS(BIG(e, 14, 18, 41), _mm512_ternarylogic_epi64(e, f, g, 0xca))); \
        d = PLUS(d, t1); \
        h = PLUS(t1, PLUS(BIG(a, 28, 34, 39), _mm512_ternarylogic_epi64(a, b, c, 0xe8))); \
    } while (0)
#define WORD(w, t) \
    (w[(t) & 15] = PLUS(PLUS(w[(t) & 15], w[((t) + 9) & 15]), \
                        PLUS(SMALL(w[((t) + 1) & 15], 1, 8, 7), SMALL(w[((t) + 14) & 15], 19, 61, 6))))
#define EIGHT(STEP, t) \
    STEP(0, 1, 2, 3, 4, 5, 6, 7, t) STEP(7, 0, 1, 2, 3, 4, 5, 6, t + 1) STEP(6, 7, 0, 1, 2, 3, 4, 5, t + 2) \
    STEP(5, 6, 7, 0, 1, 2, 3, 4, t + 3) STEP(4, 5, 6, 7, 0, 1, 2, 3, t + 4) STEP(3, 4, 5, 6, 7, 0, 1, 2, t + 5) \
    STEP(2, 3, 4, 5, 6, 7, 0, 1, t + 6) STEP(1, 2, 3, 4, 5, 6, 7, 0, t + 7)
#define KEY(t) _mm512_set1_epi64((long long)k[t])
#define FIRST(a, b, c, d, e, f, g, h, t) ROUND(s[a], s[b], s[c], s[d], s[e], s[f], s[g], s[h], PLUS(w[t], KEY(t)));
#define NEXT(a, b, c, d, e, f, g, h, t) ROUND(s[a], s[b], s[c], s[d], s[e], s[f], s[g], s[h], PLUS(WORD(w, t), KEY(t)));

static TARGET __attribute__((noinline)) void sha512_compress(__m512i state[8], __m512i w[16])
{
    __m512i s[8];
    const uint64_t *k = sha512_k;
    UNROLL
    for (unsigned i = 0; i < 8; i++)
        s[i] = state[i];
    EIGHT(FIRST, 0)
    EIGHT(FIRST, 8)
    for (unsigned round = 16; round < 80; round += 16) {
        k += 16;
        EIGHT(NEXT, 0)
        EIGHT(NEXT, 8)
    }
    UNROLL
    for (unsigned i = 0; i < 8; i++)
        state[i] = PLUS(state[i], s[i]);
}

static TARGET void gather_block(const uint8_t *const *at, __m512i w[16])
{
    const __m512i order = _mm512_set4_epi32(0x08090a0b, 0x0c0d0e0f, 0x00010203, 0x04050607);
    UNROLL
    for (unsigned half = 0; half < 2; half++) {
        for (unsigned lane = 0; lane < WIDTH; lane++)
            w[8 * half + lane] = _mm512_shuffle_epi8(_mm512_loadu_si512(at[lane] + 64 * half), order);
        turn(w + 8 * half);
    }
}

static TARGET void sha512_8(const uint8_t *in, size_t in_stride, size_t length, uint8_t *out, size_t out_stride, size_t n,
                            size_t count)
{
    uint8_t tail[WIDTH][256] __attribute__((aligned(64)));
    const uint8_t *at[WIDTH];
    const size_t whole = length / 128 * 128, rest = length - whole, padded = rest < 112 ? 128 : 256;
    __m512i s[8], w[16];
    UNROLL
    for (unsigned i = 0; i < 8; i++)
        s[i] = _mm512_set1_epi64((long long)sha512_start[i]);
    for (unsigned lane = 0; lane < WIDTH; lane++) {
        at[lane] = in + (lane < count ? lane : count - 1) * in_stride;
        memset(tail[lane], 0, padded);
        memcpy(tail[lane], at[lane] + whole, rest);
        tail[lane][rest] = 0x80;
        UNROLL
        for (unsigned b = 0; b < 8; b++)
            tail[lane][padded - 1 - b] = (uint8_t)(8 * (uint64_t)length >> 8 * b);
    }
    for (size_t done = 0; done < whole + padded; done += 128) {
        for (unsigned lane = 0; lane < WIDTH && done == whole; lane++)
            at[lane] = tail[lane];
        gather_block(at, w);
        for (unsigned lane = 0; lane < WIDTH; lane++)
            at[lane] += 128;
        sha512_compress(s, w);
    }
    scatter(s, true, out, out_stride, n, count);
    explicit_bzero(tail, sizeof tail);
}

void sig_sha512_many_avx512(const uint8_t *in, size_t in_stride, size_t length, uint8_t *out, size_t out_stride, size_t n,
                            size_t count)
{
    for (size_t i = 0; i < count; i += WIDTH)
        sha512_8(in + i * in_stride, in_stride, length, out + i * out_stride, out_stride, n,
                 count - i < WIDTH ? count - i : WIDTH);
}
#endif
