/* The set-up functionality F_KEYS: per enclave id it gives every member the sealing keys, from its own tape. It acts
 * once, before the first activation, so it is a function of (run seed, enclave) and not a machine of the run; enclaves
 * of one id share their keys. Source: docs/protocol.md, "Set-up".
 */
#ifndef PROTOCOL_TICKETED_KEYS_H
#define PROTOCOL_TICKETED_KEYS_H

#include "protocol/ticketed/seal.h"
#include "simulator/tape.h"

/* The key that a pair of members share; symmetric in the two. With itself a member has one that nobody else has. */
void keys_pair(const uint8_t seed[UC_SEED_BYTES], const char *enclave, uint32_t one, uint32_t other,
               uint8_t out[SEAL_KEY_BYTES]);
/* The master key of the enclave. */
void keys_master(const uint8_t seed[UC_SEED_BYTES], const char *enclave, uint8_t out[SEAL_KEY_BYTES]);

#endif
