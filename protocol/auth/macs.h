/* Counted MACs: each text goes with a counter and a MAC under the key of the two parties; a receiver takes what counts higher
 * than all it took before. Counters are stable before anything leaves.
 *
 *   payload   version u16 (1) | from u32 | to u32 | counter u64 | text | MAC
 *   MAC       HMAC-SHA-256(key of the pair, all before it), the first `mac_bytes` of it (32 unless a scenario cuts it)
 *
 * Integers are big endian. The keys come from the set-up: one for each pair, for both directions, which `from` and `to` keep
 * apart. HMAC runs with ideal crypto too. Source: docs/triples/auth.md.
 */
#ifndef PROTOCOL_AUTH_MACS_H
#define PROTOCOL_AUTH_MACS_H

#include "functionality/auth/interface.h"

enum { MACS_KEY_BYTES = 32, MACS_MAC_BYTES = 32, MACS_VERSION = 1, MACS_CLEAR_BYTES = 2 + 4 + 4 + 8 };

typedef struct {
    const AuthOptions *auth;
    const uint8_t *seed; /* of the run */
    size_t mac_bytes;
} MacsConfig;

typedef struct {
    uint32_t version, from, to;
    uint64_t counter;
} MacsHeader;

/* A payload, interned. */
UcWord macs_payload(UcStore *store, const MacsConfig *config, const uint8_t key[MACS_KEY_BYTES], const MacsHeader *header, UcWord text);

extern const UcProtocol counted_macs;
extern const UcBadEvents macs_bad_events; /* protocol/auth/bad_events.c */

#endif
