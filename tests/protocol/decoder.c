#include "decoder.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

/* The header and what of it the digest covers. */
enum { HEADER = 82, COVERED = 50, KEY_LABEL = 30, DIGEST_LABEL = 33, MAX_BODY = 512 };

static void hmac(const uint8_t *key, const uint8_t *data, size_t n, uint8_t out[32])
{
    unsigned length = 32;
    if (!HMAC(EVP_sha256(), key, 32, data, n, out, &length))
        abort();
}

/* RFC 5869, section 2: extract with a salt of zeros, then the first block of expand. */
static void derive(const uint8_t sealing_key[32], const char *label, size_t nl, const uint8_t *rest, size_t nr,
                   uint8_t out[32])
{
    uint8_t zeros[32] = { 0 }, prk[32], info[KEY_LABEL + HEADER + 1];
    hmac(zeros, sealing_key, 32, prk);
    memcpy(info, label, nl);
    memcpy(info + nl, rest, nr);
    info[nl + nr] = 1;
    hmac(prk, info, nl + nr + 1, out);
}

static bool digest_is(const uint8_t sealing_key[32], const uint8_t *header, const uint8_t *plain, size_t n)
{
    uint8_t key[32], all[COVERED + MAX_BODY], digest[32];
    derive(sealing_key, "ucsim ticketed transfer v2 digest", DIGEST_LABEL, header, 0, key);
    memcpy(all, header, COVERED);
    memcpy(all + COVERED, plain, n);
    hmac(key, all, COVERED + n, digest);
    return !memcmp(digest, header + COVERED, 32);
}

static void aes_block(const uint8_t key[32], const uint8_t in[16], uint8_t out[16])
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int n;
    if (!c || !EVP_EncryptInit_ex(c, EVP_aes_256_ecb(), NULL, key, NULL) || !EVP_CIPHER_CTX_set_padding(c, 0) ||
        !EVP_EncryptUpdate(c, out, &n, in, 16) || n != 16)
        abort();
    EVP_CIPHER_CTX_free(c);
}

/* NIST SP 800-38D, algorithm 1: bit by bit. */
static void multiply(uint8_t x[16], const uint8_t y[16])
{
    uint8_t z[16] = { 0 }, v[16];
    memcpy(v, y, 16);
    for (int bit = 0; bit < 128; bit++) {
        if (x[bit / 8] >> (7 - bit % 8) & 1)
            for (int i = 0; i < 16; i++)
                z[i] ^= v[i];
        bool low = v[15] & 1;
        for (int i = 15; i > 0; i--)
            v[i] = (uint8_t)(v[i] >> 1 | v[i - 1] << 7);
        v[0] >>= 1;
        if (low)
            v[0] ^= 0xe1;
    }
    memcpy(x, z, 16);
}

static void ghash(uint8_t y[16], const uint8_t h[16], const uint8_t *data, size_t n)
{
    for (size_t at = 0; at < n; at += 16) {
        for (size_t i = 0; i < 16 && at + i < n; i++)
            y[i] ^= data[at + i];
        multiply(y, h);
    }
}

/* AES-256-GCM with a nonce of 12 zero bytes. False if the tag is wrong. */
static bool gcm(const uint8_t key[32], const uint8_t *header, size_t nh, const uint8_t *sealed, size_t n,
                const uint8_t tag[16], uint8_t *plain)
{
    uint8_t h[16] = { 0 }, y[16] = { 0 }, counter[16] = { 0 }, stream[16], lengths[16] = { 0 };
    aes_block(key, h, h);
    for (int i = 0; i < 8; i++) {
        lengths[7 - i] = (uint8_t)((uint64_t)nh * 8 >> 8 * i);
        lengths[15 - i] = (uint8_t)((uint64_t)n * 8 >> 8 * i);
    }
    ghash(y, h, header, nh);
    ghash(y, h, sealed, n);
    ghash(y, h, lengths, 16);
    counter[15] = 1;
    aes_block(key, counter, stream);
    for (int i = 0; i < 16; i++)
        y[i] ^= stream[i];
    for (size_t at = 0; at < n; at++) {
        if (at % 16 == 0) {
            counter[15]++;
            aes_block(key, counter, stream);
        }
        plain[at] = sealed[at] ^ stream[at % 16];
    }
    return !memcmp(y, tag, 16);
}

/* Big endian, taken from the front of what is left. */
static uint64_t number(const uint8_t **at, int bytes)
{
    uint64_t value = 0;
    while (bytes--)
        value = value * 256 + *(*at)++;
    return value;
}

static void copy(const uint8_t **at, uint8_t *out, size_t n)
{
    memcpy(out, *at, n);
    *at += n;
}

const char *decode_payload(const uint8_t sealing_key[32], const uint8_t *payload, size_t length, size_t vk_size,
                           size_t seed_size, Decoded *out)
{
    size_t body = 16 + vk_size + seed_size + 8 + 8;
    uint8_t key[32], plain[MAX_BODY];
    const uint8_t *at = payload;
    if (length != HEADER + body + 16 || body > sizeof plain)
        return "length";
    out->version = (unsigned)number(&at, 2);
    copy(&at, out->scheme, 8);
    copy(&at, out->enclave, 16);
    out->from = (unsigned)number(&at, 4);
    out->to = (unsigned)number(&at, 4);
    copy(&at, out->ticket, 16);
    copy(&at, out->digest, 32);
    derive(sealing_key, "ucsim ticketed transfer v2 key", KEY_LABEL, payload, HEADER, key);
    if (!gcm(key, payload, HEADER, at, body, payload + length - 16, plain))
        return "seal";
    if (!digest_is(sealing_key, payload, plain, body))
        return "digest";
    at = plain;
    copy(&at, out->kid, 16);
    copy(&at, out->vk, vk_size);
    copy(&at, out->seed, seed_size);
    out->a = number(&at, 8);
    out->b = number(&at, 8);
    return NULL;
}
