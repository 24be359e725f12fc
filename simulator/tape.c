#include "simulator/tape.h"

#include <glib.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "simulator/bytes.h"

static void append_part(GByteArray *out, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    uc_append_u32(out, (uint32_t)length);
    g_byte_array_append(out, (const uint8_t *)(text ? text : ""), (guint)length);
}

static void block(const uint8_t *seed, GByteArray *label, uint64_t number, uint8_t out[32])
{
    guint plain = label->len;
    uc_append_u64(label, number);
    unsigned length = 32;
    if (!HMAC(EVP_sha256(), seed, UC_SEED_BYTES, label->data, label->len, out, &length))
        g_error("libcrypto cannot compute HMAC-SHA-256");
    g_byte_array_set_size(label, plain);
}

void uc_tape_read(const uint8_t seed[UC_SEED_BYTES], const UcTapeLabel *label, uint64_t position, uint8_t *out,
                  size_t count)
{
    g_assert(label && label->role && label->purpose);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    append_part(bytes, label->world);
    append_part(bytes, label->role);
    append_part(bytes, label->session);
    uc_append_u32(bytes, label->party);
    append_part(bytes, label->purpose);
    while (count) {
        uint8_t b[32];
        size_t from = position % 32, take = MIN(count, 32 - from);
        block(seed, bytes, position / 32, b);
        memcpy(out, b + from, take);
        out += take;
        position += take;
        count -= take;
    }
}
