/* HMAC-SHA256 (RFC 2104) of keys that are no longer than a block, in a few blocks of hashing: libcrypto's own costs ten times
 * that, because it looks its digest up at each call. Plain data: a copy goes on from where it was copied. Thread safe.
 */
#ifndef SIMULATOR_BASE_HMAC_H
#define SIMULATOR_BASE_HMAC_H

#include <openssl/sha.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    SHA256_CTX inner, outer;
} UcHmac;

void uc_hmac_begin(UcHmac *hmac, const void *key, size_t length); /* at most SHA256_CBLOCK */
void uc_hmac_read(UcHmac *hmac, const void *bytes, size_t length);
void uc_hmac_end(UcHmac *hmac, uint8_t out[SHA256_DIGEST_LENGTH]);
/* The same of bytes that lie together. */
void uc_hmac(const void *key, size_t key_length, const void *bytes, size_t length, uint8_t out[SHA256_DIGEST_LENGTH]);

#endif
