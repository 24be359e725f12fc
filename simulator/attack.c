#include "simulator/attack.h"

#include <string.h>

void uc_payload_put(const UcPayloadField *field, uint64_t number, uint8_t *at)
{
    g_assert(field && at && field->bytes <= sizeof number);
    for (size_t i = 0; i < field->bytes; i++)
        at[i] = (uint8_t)(number >> 8 * (field->bytes - 1 - i));
}

UcWord uc_payload_with(UcStore *store, UcWord payload, size_t offset, const void *bytes, size_t count)
{
    size_t length;
    const uint8_t *old = uc_store_get(store, payload, &length);
    if (count > length || offset > length - count)
        return payload;
    g_autofree uint8_t *copy = g_memdup2(old, length);
    memcpy(copy + offset, bytes, count);
    return uc_store_put(store, copy, length);
}

UcWord uc_payload_resized(UcStore *store, UcWord payload, size_t length)
{
    size_t before;
    const uint8_t *old = uc_store_get(store, payload, &before);
    g_autofree uint8_t *copy = g_malloc0(length + 1);
    memcpy(copy, old, MIN(before, length));
    return uc_store_put(store, copy, length);
}
