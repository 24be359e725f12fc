/* The bytes of a transfer on the wire: a header in clear and a sealed body.
 *
 *   header   version u16 | scheme id 8 bytes | enclave id 16 bytes | from u32 | to u32 | ticket 16 bytes |
 *            digest 32 bytes                                     (of all that is sealed: protocol/ticketed/seal.h)
 *   body     kid 16 bytes | vk | SK seed | a u64 | b u64         (vk and seed of the sizes of the scheme)
 *
 * Integers are big endian and of fixed width, no field is optional, trailing bytes are an error. The scheme id is the
 * first 8 bytes of SHA-256 of the set's name, the enclave id the first 16 of SHA-256 of the enclave's name.
 * Source: docs/protocol.md, "Payload".
 */
#ifndef PROTOCOL_TICKETED_PAYLOAD_H
#define PROTOCOL_TICKETED_PAYLOAD_H

#include "functionality/dkm/interface.h"
#include "protocol/ticketed/seal.h"

enum { PAYLOAD_VERSION = 2, PAYLOAD_HEADER_BYTES = 2 + 8 + 16 + 4 + 4 + DKM_TICKET_BYTES + SEAL_DIGEST_BYTES };

/* Where the fields of the header are, for all who look into one or alter one. */
enum { PAYLOAD_VERSION_FIELD, PAYLOAD_SCHEME, PAYLOAD_ENCLAVE, PAYLOAD_FROM, PAYLOAD_TO, PAYLOAD_TICKET, PAYLOAD_DIGEST,
       PAYLOAD_FIELDS };
extern const UcPayloadField payload_field[PAYLOAD_FIELDS];
extern const UcPayloadCodec payload_codec;

typedef struct {
    uint16_t version;
    uint8_t scheme[8];
    uint8_t enclave[16];
    uint32_t from, to;
    uint8_t ticket[DKM_TICKET_BYTES];
    uint8_t digest[SEAL_DIGEST_BYTES]; /* written by seal_close() into the bytes */
} PayloadHeader;

typedef enum { PAYLOAD_OK, PAYLOAD_SHORT, PAYLOAD_OTHER_VERSION /* and out->version says which */ } PayloadResult;

typedef struct {
    uint8_t kid[DKM_KID_BYTES];
    const uint8_t *vk, *seed; /* into the buffer that was parsed */
    uint64_t a, b;
} PayloadBody;

void payload_scheme_id(const Sigma *sigma, uint8_t out[8]);
/* Of those of the run, the one with this id and its number, or NULL; `number` may be NULL. */
Sigma *payload_scheme(const DkmOptions *options, const uint8_t id[8], unsigned *number);
void payload_enclave_id(const char *enclave, uint8_t out[16]);

void payload_write_header(const PayloadHeader *header, uint8_t out[PAYLOAD_HEADER_BYTES]);
PayloadResult payload_read_header(const uint8_t *bytes, size_t length, PayloadHeader *out);

size_t payload_body_size(const Sigma *sigma);
void payload_write_body(const Sigma *sigma, const PayloadBody *body, uint8_t *out);
/* False unless the length is that of the scheme. */
bool payload_read_body(const Sigma *sigma, const uint8_t *bytes, size_t length, PayloadBody *out);

#endif
