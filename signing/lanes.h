/* Hash lanes: many independent computations at once. Three back ends with equal results, chosen once by the CPU:
 *
 *   avx512    SHA-256 in 2 x 16 lanes (16 for few messages, SHA-NI for fewer), Keccak in 8, SHA-512 in 8
 *   shani     SHA-256 in 4 interleaved streams of the SHA extensions
 *   portable  libcrypto, one after the other
 *
 * UCSIM_LANES=portable|shani|avx512 in the environment forces one (one that the CPU cannot do falls back to the best; so
 * does an unknown name, which `ucsim` refuses before it comes here: sig_lanes_known).
 * Secrets: columns hold chain values, and so does the stack below these functions; who calls cleanses both. No function
 * here allocates.
 * Words are 32-bit numbers in host order, arrays are [word][lane].
 */
#ifndef SIGNING_LANES_H
#define SIGNING_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIG_LANES = 32, SIG_MOST_CHAINS = 160, SIG_COLUMNS = SIG_MOST_CHAINS + SIG_LANES };

/* Chains, one a column, and what they have in common. Those that have ended stand first, then those that wait; behind
 * these are columns for lanes with nothing to do, with no steps left, which are read but never written. */
typedef struct {
    union {
        uint32_t value[8][SIG_COLUMNS]; /* big-endian words of the bytes (SHA-256) */
        uint64_t wide[4][SIG_COLUMNS];  /* little-endian ones (Keccak) */
    } __attribute__((aligned(64)));
    uint32_t leaf[SIG_COLUMNS];
    uint32_t chain[SIG_COLUMNS];  /* LM-OTS: i << 16 */
    uint32_t at[SIG_COLUMNS];     /* place of the next step; LM-OTS: j << 8 */
    uint32_t left[SIG_COLUMNS];   /* steps */
    uint32_t number[SIG_COLUMNS]; /* the owner's name for the chain */
    size_t ended, count;          /* columns with chains that have ended, with chains */
    bool same_start;              /* LM-OTS: all that wait start with the value of the last SIG_LANES columns */
    unsigned words;               /* n / 4: 8 or 6 */
    uint32_t id[4];               /* LM-OTS: I, as the bytes stand in memory */
    uint32_t start[8];            /* WOTS+, n = 32: state after toByte(4, 32) || SK_SEED; n = 24: SK_SEED */
    uint32_t prf[8];              /* WOTS+, n = 32: state after toByte(3, 32) || PUB_SEED */
    uint32_t seed[8];             /* WOTS+: PUB_SEED */
    uint32_t address[4];          /* WOTS+: layer, tree, type */
    uint32_t early[2][8];         /* set by sig_run_chains: what follows from words that all chains share */
} SigColumns;

typedef struct {
    const char *name;
    unsigned wide; /* lanes that are used at once at most */
    /* SHA-256 of count messages of equal length, cut to n bytes (a multiple of 4). */
    void (*sha256_many)(const uint8_t *in, size_t in_stride, size_t length, uint8_t *out, size_t out_stride, size_t n,
                        size_t count);
    /* Runs the chains, each as many steps as it has left, with SHA-256. They end in another order: see number.
     * LM-OTS: value = H(I || q || i || j || value) for j = at, at + 1, ... modulo 256 (so that 0xff, the place of the
     * secret, comes before 0). WOTS+: RFC 8391 Algorithm 2. */
    void (*lms_chains)(SigColumns *x);
    void (*wots_chains)(SigColumns *x);
    /* Values of SHA-256 chains into the columns from c on, and back: count <= 16, 32 or 24 bytes each. Columns up to c + 16 may
     * be spoilt. NULL: one by one. */
    void (*values_in)(SigColumns *x, size_t c, const uint8_t *const *values, size_t count);
    void (*values_out)(const SigColumns *x, size_t c, uint8_t *const *values, size_t count);
    /* PRF_keygen (SP 800-208 section 6.2): where chains of WOTS+ start, in the columns from .. end - 1. Columns behind
     * them may be spoilt. */
    void (*wots_starts)(SigColumns *x, size_t from, size_t end);
    /* Nodes of XMSS trees, n = 32. The first makes `ready` for the nodes in the columns from .. end - 1, from words 4 to 6 of
     * their addresses in leaf, chain and at (columns behind them may be spoilt); the second hashes at most 32 pairs of
     * children of nodes in the columns from c on, 32 bytes each to out, out + out_stride, ... */
    void (*nodes_ahead)(const SigColumns *x, size_t from, size_t end, uint32_t ready[24][SIG_COLUMNS]);
    void (*nodes)(uint32_t ready[24][SIG_COLUMNS], size_t c, const uint8_t *const *pairs, uint8_t *out,
                  size_t out_stride, size_t count);
    /* One compression for each of 32 lanes, repeated: the bare loop that bench compares with. */
    void (*sha256_bare)(uint32_t state[8][SIG_LANES], uint32_t block[16][SIG_LANES], unsigned times);
    /* SHAKE of count messages of equal length; rate in bytes. NULL: through libcrypto. */
    void (*shake_many)(size_t rate, const uint8_t *in, size_t in_stride, size_t length, uint8_t *out,
                       size_t out_stride, size_t n, size_t count);
    void (*lms_shake_chains)(SigColumns *x); /* lms_chains with SHAKE256; NULL where shake_many is */
    /* SHA-512 likewise. NULL: through libcrypto. */
    void (*sha512_many)(const uint8_t *in, size_t in_stride, size_t length, uint8_t *out, size_t out_stride, size_t n,
                        size_t count);
    void (*keccak_bare)(uint64_t state[25][8], unsigned times); /* NULL where shake_many is */
} SigLanes;

/* The back end of this process. */
const SigLanes *sig_lanes(void);
/* One of them by name, NULL if unknown or not possible on this CPU. For tests and bench. */
const SigLanes *sig_lanes_named(const char *name);
bool sig_lanes_known(const char *name); /* on whatever CPU */

extern const SigLanes sig_lanes_portable;
#if defined(__x86_64__)
extern const SigLanes sig_lanes_shani, sig_lanes_avx512;
#endif
extern const uint32_t sig_sha256_k[64], sig_sha256_start[8];
/* The working variables after the first four rounds: FIPS 180-4 section 6.2.2, step 3. */
void sig_sha256_early(const uint32_t state[8], const uint32_t w[4], uint32_t out[8]);

#endif
