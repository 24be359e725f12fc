#include "adversary/ticketed/stolen.h"

#include <openssl/crypto.h>
#include <string.h>

#include "simulator/record.h"

/* ---- the record of a party's state ---- */

/* One word; of a handle its bytes, interned. */
static UcWord read_word(UcReader *r, UcStore *store, bool handle)
{
    if (!handle)
        return uc_take(r, 8);
    uint64_t length = uc_take(r, 4);
    const uint8_t *bytes = length == UINT32_MAX ? NULL : uc_take_bytes(r, length);
    return bytes ? uc_store_put(store, bytes, length) : UC_NONE;
}

/* The region named "keys" is a list of kid, vk, seed, set (protocol/ticketed/party.c). */
static void read_region(UcReader *r, UcStore *store, GArray *keys)
{
    const UcRegionKind *kind = uc_record_kind(&pi_class, uc_take(r, 4));
    g_assert(kind);
    uc_take(r, 8);
    uint64_t words = uc_take(r, 4);
    UcWord item[4] = { 0 };
    for (uint64_t i = 0; i < words; i++) {
        item[i % 4] = read_word(r, store, uc_region_is_handle(kind, i));
        AdversaryKey key = { item[0], item[1], item[2] };
        if (!strcmp(kind->name, "keys") && i % 4 == 3)
            g_array_append_val(keys, key);
    }
}

void adversary_read_state(UcStore *store, const uint8_t *bytes, size_t length, GArray *keys, GArray *sealing)
{
    g_assert(store && bytes && keys && sealing);
    enum { MAGIC_AND_VERSION = 12, SUM = 32 };
    UcReader r = { bytes, length };
    uc_take_bytes(&r, MAGIC_AND_VERSION);
    uc_take(&r, 4);
    uint64_t regions = uc_take(&r, 4);
    for (uint64_t i = 0; i < regions; i++)
        read_region(&r, store, keys);
    uc_take_bytes(&r, SUM);
    uint64_t count = uc_take(&r, 4);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t party = uc_take(&r, 4);
        const uint8_t *key = uc_take_bytes(&r, SEAL_KEY_BYTES);
        g_assert(key);
        AdversarySealing s = { party == UINT32_MAX ? UC_NO_PARTY : party, uc_store_put(store, key, SEAL_KEY_BYTES) };
        g_array_append_val(sealing, s);
    }
    g_assert(!r.bad && !r.left);
}

/* ---- payloads ---- */

/* Whose keys have these sizes. */
static Sigma *sigma_of_sizes(const PiConfig *config, size_t public_size, size_t seed_size)
{
    for (unsigned i = 0; i < config->dkm->sigmas; i++) {
        Sigma *sigma = config->dkm->sigma[i];
        if (sigma->public_size == public_size && sigma->seed_size == seed_size)
            return sigma;
    }
    return NULL;
}

UcWord adversary_seal(UcStore *store, const PiConfig *config, const uint8_t key[SEAL_KEY_BYTES],
                      const PayloadHeader *header, bool own_digest, const AdversaryKey *what, DkmInterval block)
{
    g_assert(store && config && header && what);
    size_t kid_length, vk_length, seed_length;
    PayloadBody body = { .a = block.a, .b = block.b };
    const uint8_t *kid = uc_store_get(store, what->kid, &kid_length);
    body.vk = uc_store_get(store, what->vk, &vk_length);
    body.seed = uc_store_get(store, what->seed, &seed_length);
    const Sigma *sigma = sigma_of_sizes(config, vk_length, seed_length);
    if (!sigma)
        return UC_NONE;
    g_assert(kid_length == sizeof body.kid);
    memcpy(body.kid, kid, sizeof body.kid);
    size_t plain = payload_body_size(sigma), total = PAYLOAD_HEADER_BYTES + plain + seal_overhead(config->seal);
    g_autofree uint8_t *text = g_malloc(plain), *out = g_malloc0(total);
    payload_write_header(header, out);
    payload_write_body(sigma, &body, text);
    if (!own_digest)
        seal_digest(config->seal, key, out, PAYLOAD_HEADER_BYTES, text, plain, out + payload_field[PAYLOAD_DIGEST].offset);
    seal_close_stolen(config->seal, key, out, PAYLOAD_HEADER_BYTES, text, plain, out + PAYLOAD_HEADER_BYTES);
    OPENSSL_cleanse(text, plain);
    return uc_store_put(store, out, total);
}

bool adversary_open(UcStore *store, const PiConfig *config, const uint8_t key[SEAL_KEY_BYTES], const uint8_t *payload,
                    size_t length, AdversaryKey *what, DkmInterval *block)
{
    g_assert(store && config && payload && what && block);
    PayloadHeader header = { 0 };
    PayloadBody body;
    if (payload_read_header(payload, length, &header) != PAYLOAD_OK)
        return false;
    Sigma *sigma = payload_scheme(config->dkm, header.scheme, NULL);
    if (!sigma || length != PAYLOAD_HEADER_BYTES + payload_body_size(sigma) + seal_overhead(config->seal))
        return false;
    size_t plain = payload_body_size(sigma);
    g_autofree uint8_t *text = g_malloc0(plain);
    if (!seal_open(config->seal, key, payload, PAYLOAD_HEADER_BYTES, payload + PAYLOAD_HEADER_BYTES,
                   length - PAYLOAD_HEADER_BYTES, text) || !payload_read_body(sigma, text, plain, &body))
        return false;
    *what = (AdversaryKey){ uc_store_put(store, body.kid, sizeof body.kid),
                            uc_store_put(store, body.vk, sigma->public_size),
                            uc_store_put(store, body.seed, sigma->seed_size) };
    *block = (DkmInterval){ body.a, body.b };
    OPENSSL_cleanse(text, plain);
    return true;
}

UcWord adversary_sign(UcStore *store, const PiConfig *config, UcWord seed, UcWord index, UcWord message)
{
    g_assert(store && config);
    size_t seed_length, length;
    const uint8_t *s = uc_store_get(store, seed, &seed_length), *m = uc_store_get(store, message, &length);
    for (unsigned i = 0; i < config->dkm->sigmas; i++) {
        Sigma *sigma = config->dkm->sigma[i];
        if (sigma->seed_size != seed_length)
            continue;
        g_autofree uint8_t *out = g_malloc(sigma->signature_size);
        if (sigma_sign(sigma, s, index, m, length, out))
            return uc_store_put(store, out, sigma->signature_size);
    }
    return UC_NONE;
}
