#include "protocol/ticketed/keys.h"

#include <glib.h>

void keys_master(const uint8_t seed[UC_SEED_BYTES], const char *enclave, uint8_t out[SEAL_KEY_BYTES])
{
    g_assert(enclave);
    UcTapeLabel label = { "keys", enclave, 0, "master", NULL };
    uc_tape_read(seed, &label, 0, out, SEAL_KEY_BYTES);
}

void keys_pair(const uint8_t seed[UC_SEED_BYTES], const char *enclave, uint32_t one, uint32_t other,
               uint8_t out[SEAL_KEY_BYTES])
{
    g_assert(enclave);
    g_autofree char *purpose = g_strdup_printf("pair %u %u", MIN(one, other), MAX(one, other));
    UcTapeLabel label = { "keys", enclave, 0, purpose, NULL };
    uc_tape_read(seed, &label, 0, out, SEAL_KEY_BYTES);
}
