/* Keccak and SHA-512 in 8 lanes of AVX-512: the entries of SigLanes of the same names (lanes.h). */
#ifndef SIGNING_LANES64_H
#define SIGNING_LANES64_H

#include "signing/lanes.h"

void sig_shake_many_avx512(size_t rate, const uint8_t *in, size_t in_stride, size_t length, uint8_t *out,
                           size_t out_stride, size_t n, size_t count);
void sig_lms_shake_chains_avx512(SigColumns *x);
void sig_sha512_many_avx512(const uint8_t *in, size_t in_stride, size_t length, uint8_t *out, size_t out_stride, size_t n,
                            size_t count);
void sig_keccak_bare_avx512(uint64_t state[25][8], unsigned times);

#endif
