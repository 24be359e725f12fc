/* Sealing of payloads: authenticated encryption under a key that serves once.
 *
 * K = HKDF-SHA256(sealing key; info = label || the whole header), AES-256-GCM, the header as associated data, a zero
 * nonce: K binds ticket, sender and receiver, and a source refuses a second transfer to one (receiver, ticket), so no
 * K seals two plaintexts. HKDF: RFC 5869; GCM: NIST SP 800-38D. Source: docs/protocol.md, "Payload".
 *
 * Two providers: `real` through libcrypto; `ideal`, an opaque token of a real seal's length, a function of (sealing
 * key, header, plaintext), opened by looking it up in a table of terms; altered bytes never open.
 * Thread safe. Buffers are the caller's.
 */
#ifndef PROTOCOL_SEAL_H
#define PROTOCOL_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEAL_KEY_BYTES = 32, SEAL_OVERHEAD_BYTES = 16 };

typedef struct Seal Seal;

Seal *seal_real_new(void);
Seal *seal_ideal_new(void);
void seal_free(Seal *seal);
/* Toy parameter: tags of 1 to 16 bytes, so that forgeries succeed often enough to be measured. Before first use. */
void seal_set_tag_bytes(Seal *seal, size_t tag_bytes);
/* A sealed text is this much longer than its plaintext. */
size_t seal_overhead(const Seal *seal);
/* Forgets what was sealed: for many short runs one after the other. */
void seal_forget(Seal *seal);
/* real: from now on up to so many K are remembered by (sealing key, header), since HKDF costs four times AES-GCM and
 * exploration seals and opens the same few again and again; 0: no longer, and none is kept. No result changes. */
void seal_remember_keys(Seal *seal, unsigned count);

/* Writes length + seal_overhead() bytes. */
void seal_close(Seal *seal, const uint8_t key[SEAL_KEY_BYTES], const uint8_t *header, size_t header_length,
                const uint8_t *plain, size_t length, uint8_t *out);
/* Writes sealed_length - seal_overhead() bytes. False, and nothing useful written, unless it was sealed under
 * this key and header. */
bool seal_open(Seal *seal, const uint8_t key[SEAL_KEY_BYTES], const uint8_t *header, size_t header_length,
               const uint8_t *sealed, size_t sealed_length, uint8_t *out);

/* The same by a thief of the sealing key, who keeps no rule: not counted below. */
void seal_close_stolen(Seal *seal, const uint8_t key[SEAL_KEY_BYTES], const uint8_t *header, size_t header_length,
                       const uint8_t *plain, size_t length, uint8_t *out);

/* How often a derived key K sealed a second, different plaintext: must stay 0 (docs/protocol.md, "Payload"). */
uint64_t seal_keys_used_twice(Seal *seal);

#endif
