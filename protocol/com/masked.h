/* Masked texts: a commitment is the text masked with a key of the set-up, and is opened with this key, whose hash the receiver
 * has. One key for each ordered pair of parties, so one commitment.
 *
 *   payload      version u16 (1) | part u8 (0: commitment, 1: opening) | from u32 | to u32 | body
 *   commitment   text xor mask | MAC
 *   mask         block i, from 0: HMAC-SHA-256(commitment key, i u32)
 *   MAC          HMAC-SHA-256(key of the pair, all before it)
 *   opening      commitment key, 32 bytes
 *
 * Integers are big endian. The set-up gives a party its commitment keys, a MAC key for each pair that it is in, and the SHA-256 of
 * the commitment keys of the others to it. HMAC runs with ideal crypto too. Source: docs/triples/com.md.
 */
#ifndef PROTOCOL_COM_MASKED_H
#define PROTOCOL_COM_MASKED_H

#include "functionality/com/interface.h"

enum { MASKED_KEY_BYTES = 32, MASKED_VERSION = 1, MASKED_CLEAR_BYTES = 2 + 1 + 4 + 4 };
typedef enum { MASKED_COMMITMENT, MASKED_OPENING, MASKED_PARTS } MaskedPart;

typedef struct {
    uint32_t version, part, from, to;
} MaskedHeader;

/* A payload, interned. */
UcWord masked_commitment(UcStore *store, const MaskedHeader *header, const uint8_t key[MASKED_KEY_BYTES],
                         const uint8_t mac_key[MASKED_KEY_BYTES], UcWord text);
UcWord masked_opening(UcStore *store, const MaskedHeader *header, const uint8_t key[MASKED_KEY_BYTES]);
/* The text, interned, to which a payload that was taken commits. */
UcWord masked_text(UcStore *store, const uint8_t key[MASKED_KEY_BYTES], UcWord payload);

extern const UcProtocol masked_texts;

#endif
