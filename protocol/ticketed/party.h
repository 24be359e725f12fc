/* The protocol pi, ticketed transfer: one small state machine per HSM. No quorum, no clock, no acknowledgement: one
 * message per transfer, signing is local. Source: docs/protocol.md.
 *
 * A handler computes, persists once, then writes once. A payload that does not fit is dropped: the handler FAILs with
 * the reason, which goes to the trace only.
 */
#ifndef PROTOCOL_TICKETED_PARTY_H
#define PROTOCOL_TICKETED_PARTY_H

#include "functionality/dkm/interface.h"
#include "protocol/ticketed/seal.h"

typedef struct {
    const DkmOptions *dkm;
    Seal *seal;            /* borrowed */
    const uint8_t *seed;   /* UC_SEED_BYTES: what F_KEYS is a function of (keys.h) */
} PiConfig;

extern const UcClass pi_class; /* config: const PiConfig */
extern const DkmInspector pi_inspector;

/* The options of a scenario that are this protocol's. */
typedef struct {
    uint64_t tag_bytes; /* toy parameter, 1 to 16; docs/advantage.md */
} PiSettings;
static inline PiSettings *pi_settings(UcSettings *s) { return (PiSettings *)(void *)s->word; }

extern const UcProtocol ticketed_transfer; /* ticketed.c; its set-up begins with a PiConfig */

#endif
