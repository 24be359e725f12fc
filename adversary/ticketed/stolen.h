/* What A can do with the state of a corrupted party: read its secrets, open and seal payloads with the sealing keys it
 * knows, sign with a stolen seed. Local computation on bytes that A has; nothing here touches a world.
 * Source: docs/protocol.md, "Payload"; the record's format is that of docs/model.md, "Storage models".
 */
#ifndef ADVERSARY_TICKETED_STOLEN_H
#define ADVERSARY_TICKETED_STOLEN_H

#include "protocol/ticketed/party.h"
#include "protocol/ticketed/payload.h"

typedef struct {
    UcWord kid, vk, seed; /* handles; a kid is of DKM_KID_BYTES */
} AdversaryKey;

typedef struct {
    UcWord party; /* number of the other member; UC_NO_PARTY: the whole enclave's master key */
    UcWord key;   /* handle of SEAL_KEY_BYTES bytes */
} AdversarySealing;

/* Appends the signing keys (AdversaryKey) and sealing keys (AdversarySealing) that a state holds, as the engine gives it to
 * A when a party of this protocol is corrupted (simulator/record.h, with the sealing keys behind it). */
void adversary_read_state(UcStore *store, const uint8_t *bytes, size_t length, GArray *keys, GArray *sealing);

/* A payload, or UC_NONE when vk and seed are of no scheme's sizes, whatever the header says that they are. With the digest of what it seals, or, if own_digest,
 * with that of the header as it is. */
UcWord adversary_seal(UcStore *store, const PiConfig *config, const uint8_t key[SEAL_KEY_BYTES],
                      const PayloadHeader *header, bool own_digest, const AdversaryKey *what, DkmInterval block);
/* False when this key does not open it. */
bool adversary_open(UcStore *store, const PiConfig *config, const uint8_t key[SEAL_KEY_BYTES], const uint8_t *payload,
                    size_t length, AdversaryKey *what, DkmInterval *block);
/* A signature with a stolen seed, or UC_NONE. */
UcWord adversary_sign(UcStore *store, const PiConfig *config, UcWord seed, UcWord index, UcWord message);

extern const UcAttackKit dkm_kit; /* kit.c: all this as tables, with what exploration tries and the attacker that harvests */

#endif
