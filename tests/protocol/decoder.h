/* A second decoder of payloads, written from docs/protocol.md alone and sharing nothing with protocol/: own parser, HKDF
 * from HMAC, AES-256-GCM from AES-ECB blocks and a GHASH of its own. Worlds that share a wrong codec look alike; this
 * one would not understand it. */
#ifndef TESTS_PROTOCOL_DECODER_H
#define TESTS_PROTOCOL_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    unsigned version;
    uint8_t scheme[8], enclave[16], ticket[16], digest[32];
    unsigned from, to;
    uint8_t kid[16], vk[128], seed[128];
    uint64_t a, b;
} Decoded;

/* NULL, or why it is not a payload of a scheme whose public keys and seeds have these sizes. */
const char *decode_payload(const uint8_t sealing_key[32], const uint8_t *payload, size_t length, size_t vk_size,
                           size_t seed_size, Decoded *out);

#endif
