/* Hash lanes: many independent computations at once. Three back ends with equal results, chosen once by the CPU:
 *
 *   avx512    SHA-256 in 2 x 16 lanes (16 for few messages, SHA-NI for fewer), Keccak in 8, SHA-512 in 8
 *   shani     SHA-256 in 4 interleaved streams of the SHA extensions
 *   portable  libcrypto, one after the other
 *
 * UCSIM_LANES=portable|shani|avx512 in the environment forces one (a name the CPU cannot do falls back to the best).
 * Secrets: lane buffers hold chain values; who owns them cleanses them. No function here allocates.
 * Words are 32-bit numbers in host order, arrays are [word][lane].
 */
#ifndef SIGNING_LANES_H
#define SIGNING_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIG_LANES = 32 };

/* Chains in lanes, and what they have in common. */
typedef struct {
    uint32_t value[8][SIG_LANES] __attribute__((aligned(64)));
    uint32_t leaf[SIG_LANES] __attribute__((aligned(64)));
    uint32_t chain[SIG_LANES] __attribute__((aligned(64))); /* LM-OTS: i << 16 */
    uint32_t at[SIG_LANES] __attribute__((aligned(64)));    /* place of the next step; LM-OTS: j << 8 */
    unsigned words;                                         /* n / 4: 8 or 6 */
    uint32_t id[4];                                         /* LM-OTS: I */
    uint32_t prf[8];                                        /* WOTS+, n = 32: state after toByte(3, 32) || PUB_SEED */
    uint32_t seed[8];                                       /* WOTS+: PUB_SEED */
    uint32_t address[3];                                    /* WOTS+: layer, tree */
} SigChainLanes;

typedef struct {
    const char *name;
    unsigned wide; /* lanes that are used at once at most */
    /* SHA-256 of count messages of equal length, cut to n bytes (a multiple of 4). state: eight words after `skipped`
     * bytes (a multiple of 64) that all messages begin with, not given again; or NULL and 0. */
    void (*sha256_many)(const uint32_t *state, size_t skipped, const uint8_t *in, size_t in_stride, size_t length,
                        uint8_t *out, size_t out_stride, size_t n, size_t count);
    /* Lanes 0 .. count - 1, `steps` steps each, with SHA-256. LM-OTS: value = H(I || q || i || j || value) for j = at,
     * at + 1, ... modulo 256 (so that 0xff, the place of the secret, comes before 0). WOTS+: RFC 8391 Algorithm 2. */
    void (*lms_steps)(SigChainLanes *lanes, unsigned count, unsigned steps);
    void (*wots_steps)(SigChainLanes *lanes, unsigned count, unsigned steps);
    /* One compression for each of 32 lanes, repeated: the bare loop that bench compares with. */
    void (*sha256_bare)(uint32_t state[8][SIG_LANES], uint32_t block[16][SIG_LANES], unsigned times);
    /* SHAKE of count messages of equal length; rate in bytes. NULL: through libcrypto. */
    void (*shake_many)(size_t rate, const uint8_t *in, size_t in_stride, size_t length, uint8_t *out,
                       size_t out_stride, size_t n, size_t count);
    /* SHA-512 likewise. NULL: through libcrypto. */
    void (*sha512_many)(const uint8_t *in, size_t in_stride, size_t length, uint8_t *out, size_t out_stride, size_t n,
                        size_t count);
    void (*keccak_bare)(uint64_t state[25][8], unsigned times); /* NULL where shake_many is */
} SigLanes;

/* The back end of this process. */
const SigLanes *sig_lanes(void);
/* One of them by name, NULL if unknown or not possible on this CPU. For tests and bench. */
const SigLanes *sig_lanes_named(const char *name);

extern const SigLanes sig_lanes_portable;
#if defined(__x86_64__)
extern const SigLanes sig_lanes_shani, sig_lanes_avx512;
#endif
extern const uint32_t sig_sha256_k[64], sig_sha256_start[8];

#endif
