#define OPENSSL_SUPPRESS_DEPRECATED /* SHA256_*: EVP looks its digest up at each call, ten times the price of a block */
#include "simulator/base/hmac.h"

#include <glib.h>
#include <openssl/crypto.h>
#include <string.h>

static void begin(SHA256_CTX *c, const uint8_t *key, size_t length, uint8_t pad)
{
    uint8_t block[SHA256_CBLOCK];
    memset(block, pad, sizeof block);
    for (size_t i = 0; i < length; i++)
        block[i] ^= key[i];
    SHA256_Init(c);
    SHA256_Update(c, block, sizeof block);
    OPENSSL_cleanse(block, sizeof block);
}

void uc_hmac_begin(UcHmac *hmac, const void *key, size_t length)
{
    g_assert(hmac && key && length <= SHA256_CBLOCK);
    begin(&hmac->inner, key, length, 0x36);
    begin(&hmac->outer, key, length, 0x5c);
}

void uc_hmac_read(UcHmac *hmac, const void *bytes, size_t length)
{
    SHA256_Update(&hmac->inner, bytes, length);
}

void uc_hmac_end(UcHmac *hmac, uint8_t out[SHA256_DIGEST_LENGTH])
{
    SHA256_Final(out, &hmac->inner);
    SHA256_Update(&hmac->outer, out, SHA256_DIGEST_LENGTH);
    SHA256_Final(out, &hmac->outer);
}

void uc_hmac(const void *key, size_t key_length, const void *bytes, size_t length, uint8_t out[SHA256_DIGEST_LENGTH])
{
    UcHmac hmac;
    uc_hmac_begin(&hmac, key, key_length);
    uc_hmac_read(&hmac, bytes, length);
    uc_hmac_end(&hmac, out);
    OPENSSL_cleanse(&hmac, sizeof hmac);
}
