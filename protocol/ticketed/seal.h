/* Sealing of payloads: authenticated encryption under a key that is a function of all that it seals, as in SIV (RFC 5297).
 *
 * A header ends with SEAL_DIGEST_BYTES that closing writes:
 *   D = HKDF-SHA256(sealing key; info = label of digests), digest = HMAC-SHA256(D; the header before it || plaintext)
 *   K = HKDF-SHA256(sealing key; info = label of keys || the whole header), AES-256-GCM under K, a zero nonce, the header
 *       as associated data
 * So no K seals two things, also not one that a crash took before it was sent and its successor. Opening makes the digest
 * anew and refuses another. HKDF: RFC 5869; HMAC: RFC 2104; GCM: NIST SP 800-38D. Source: docs/protocol.md, "Payload".
 *
 * Two providers: `real` through libcrypto; `ideal`, an opaque token of a real seal's length, a function of (sealing
 * key, header with its digest, plaintext), opened by looking it up in a table of terms; altered bytes never open.
 * Thread safe. Buffers are the caller's.
 */
#ifndef PROTOCOL_TICKETED_SEAL_H
#define PROTOCOL_TICKETED_SEAL_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEAL_KEY_BYTES = 32, SEAL_OVERHEAD_BYTES = 16, SEAL_DIGEST_BYTES = 32 };

typedef struct Seal Seal;

Seal *seal_real_new(void);
Seal *seal_ideal_new(void);
void seal_free(Seal *seal);
/* Toy parameter: tags of 1 to 16 bytes, so that forgeries succeed often enough to be measured; with fewer than 16 the digest,
 * which would have to be guessed too, is not compared. Before first use. */
void seal_set_tag_bytes(Seal *seal, size_t tag_bytes);
/* A sealed text is this much longer than its plaintext; the digest lies in the header. */
size_t seal_overhead(const Seal *seal);
/* Forgets what was sealed with tokens, and remembered answers: for many short runs one after the other. */
void seal_forget(Seal *seal);
/* From now on up to so many answers (D, K, digests, what seal_close() made) are remembered by all that they depend on, since
 * exploration seals and opens the same few again and again; 0: no longer, and none is kept. No result changes. */
void seal_remember_answers(Seal *seal, unsigned count);

/* For an audit: digests of K (ideal: of what stands for it, sealing key and header) and of header and plaintext. */
typedef struct {
    uint8_t key[SEAL_DIGEST_BYTES], content[SEAL_DIGEST_BYTES];
} SealUse;

/* Writes the digest into the end of the header, length + seal_overhead() bytes, and what was used for what; `use` may be
 * NULL. */
void seal_close(Seal *seal, const uint8_t key[SEAL_KEY_BYTES], uint8_t *header, size_t header_length,
                const uint8_t *plain, size_t length, uint8_t *out, SealUse *use);
/* Writes sealed_length - seal_overhead() bytes. False, and nothing useful written, unless it was sealed under
 * this key and header and the header has the digest of it. */
bool seal_open(Seal *seal, const uint8_t key[SEAL_KEY_BYTES], const uint8_t *header, size_t header_length,
               const uint8_t *sealed, size_t sealed_length, uint8_t *out);

/* The same by a thief of the sealing key, who keeps no rule: the header is sealed as it is, with
 * whatever digest it has. */
void seal_close_stolen(Seal *seal, const uint8_t key[SEAL_KEY_BYTES], const uint8_t *header, size_t header_length,
                       const uint8_t *plain, size_t length, uint8_t *out);

/* What an ideal token under this header stands for: sealing key, header and plaintext, one behind the other, which
 * seal_close_stolen() makes the same token of, also in another process. NULL: nothing else than these bytes (real), or nothing
 * that was sealed here. Free with g_bytes_unref(). */
GBytes *seal_term(Seal *seal, const uint8_t *header, size_t header_length, const uint8_t *sealed, size_t sealed_length);

/* The digest of a header that has room for one at its end, and of what it will seal. */
void seal_digest(Seal *seal, const uint8_t key[SEAL_KEY_BYTES], const uint8_t *header, size_t header_length,
                 const uint8_t *plain, size_t length, uint8_t out[SEAL_DIGEST_BYTES]);

#endif
