#define OPENSSL_SUPPRESS_DEPRECATED /* EVP looks its digest up at each call: ten times the price of a block */
#include "simulator/tape.h"

#include <glib.h>
#include <openssl/sha.h>
#include <string.h>

/* HMAC (RFC 2104; the key is shorter than a block) with the label already read. */
typedef struct {
    SHA256_CTX inner, outer;
} Keyed;

static void begin(SHA256_CTX *c, const uint8_t *key, uint8_t pad)
{
    uint8_t block[SHA256_CBLOCK];
    memset(block, pad, sizeof block);
    for (int i = 0; i < UC_SEED_BYTES; i++)
        block[i] ^= key[i];
    SHA256_Init(c);
    SHA256_Update(c, block, sizeof block);
}

static void read_number(Keyed *k, uint64_t value, unsigned bytes)
{
    uint8_t be[8];
    for (unsigned i = 0; i < bytes; i++)
        be[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
    SHA256_Update(&k->inner, be, bytes);
}

static void read_part(Keyed *k, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    read_number(k, length, 4);
    SHA256_Update(&k->inner, text ? text : "", length);
}

static void block(const Keyed *keyed, uint64_t number, uint8_t out[32])
{
    Keyed k = *keyed;
    read_number(&k, number, 8);
    SHA256_Final(out, &k.inner);
    SHA256_Update(&k.outer, out, 32);
    SHA256_Final(out, &k.outer);
}

void uc_tape_read(const uint8_t seed[UC_SEED_BYTES], const UcTapeLabel *label, uint64_t position, uint8_t *out,
                  size_t count)
{
    g_assert(label && label->role && label->purpose);
    Keyed k;
    begin(&k.inner, seed, 0x36);
    begin(&k.outer, seed, 0x5c);
    read_part(&k, label->world);
    read_part(&k, label->role);
    read_part(&k, label->session);
    read_number(&k, label->party, 4);
    read_part(&k, label->purpose);
    while (count) {
        uint8_t b[32];
        size_t from = position % 32, take = MIN(count, 32 - from);
        block(&k, position / 32, b);
        memcpy(out, b + from, take);
        out += take;
        position += take;
        count -= take;
    }
}
