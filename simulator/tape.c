#include "simulator/tape.h"

#include <glib.h>
#include <string.h>

#include "simulator/base/hmac.h"

static void read_number(UcHmac *k, uint64_t value, unsigned bytes)
{
    uint8_t be[8];
    for (unsigned i = 0; i < bytes; i++)
        be[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
    uc_hmac_read(k, be, bytes);
}

static void read_part(UcHmac *k, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    read_number(k, length, 4);
    uc_hmac_read(k, text ? text : "", length);
}

static void block(const UcHmac *keyed, uint64_t number, uint8_t out[32])
{
    UcHmac k = *keyed;
    read_number(&k, number, 8);
    uc_hmac_end(&k, out);
}

void uc_tape_read(const uint8_t seed[UC_SEED_BYTES], const UcTapeLabel *label, uint64_t position, uint8_t *out,
                  size_t count)
{
    g_assert(label && label->role && label->purpose);
    UcHmac k;
    uc_hmac_begin(&k, seed, UC_SEED_BYTES);
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
