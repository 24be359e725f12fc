#include "protocol/ticketed/payload.h"

#include <string.h>

static void hash_prefix(const char *text, uint8_t *out, size_t count)
{
    uint8_t digest[32];
    uc_sha256(text, strlen(text), digest);
    memcpy(out, digest, count);
}

void payload_scheme_id(const Sigma *sigma, uint8_t out[8])
{
    g_assert(sigma);
    hash_prefix(sigma->name, out, 8);
}

Sigma *payload_scheme(const DkmOptions *options, const uint8_t id[8], unsigned *number)
{
    g_assert(options);
    for (unsigned i = 0; i < options->sigmas; i++) {
        uint8_t known[8];
        payload_scheme_id(options->sigma[i], known);
        if (memcmp(known, id, sizeof known))
            continue;
        if (number)
            *number = i;
        return options->sigma[i];
    }
    return NULL;
}

void payload_enclave_id(const char *enclave, uint8_t out[16])
{
    g_assert(enclave);
    hash_prefix(enclave, out, 16);
}

const UcPayloadField payload_field[PAYLOAD_FIELDS] = {
    [PAYLOAD_VERSION_FIELD] = { "version", 0, 2, UC_INT, .other = PAYLOAD_VERSION + 1 },
    [PAYLOAD_SCHEME] = { "scheme", 2, 8, UC_BYTES },
    [PAYLOAD_ENCLAVE] = { "enclave", 10, 16, UC_BYTES },
    [PAYLOAD_FROM] = { "from", 26, 4, UC_PARTY },
    [PAYLOAD_TO] = { "to", 30, 4, UC_PARTY },
    [PAYLOAD_TICKET] = { "ticket", 34, DKM_TICKET_BYTES, UC_BYTES, .object = "ticket" },
    [PAYLOAD_DIGEST] = { "digest", 34 + DKM_TICKET_BYTES, SEAL_DIGEST_BYTES, UC_BYTES },
};
const UcPayloadCodec payload_codec = { PAYLOAD_HEADER_BYTES, payload_field, PAYLOAD_FIELDS };
G_STATIC_ASSERT(PAYLOAD_HEADER_BYTES == 34 + DKM_TICKET_BYTES + SEAL_DIGEST_BYTES);

static uint8_t *put(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
    return at + bytes;
}

static uint8_t *put_bytes(uint8_t *at, const uint8_t *from, size_t count)
{
    memcpy(at, from, count);
    return at + count;
}

void payload_write_header(const PayloadHeader *h, uint8_t out[PAYLOAD_HEADER_BYTES])
{
    g_assert(h);
    uint8_t *at = put(out, h->version, 2);
    at = put_bytes(at, h->scheme, sizeof h->scheme);
    at = put_bytes(at, h->enclave, sizeof h->enclave);
    at = put(at, h->from, 4);
    at = put(at, h->to, 4);
    at = put_bytes(at, h->ticket, sizeof h->ticket);
    at = put_bytes(at, h->digest, sizeof h->digest);
    g_assert(at == out + PAYLOAD_HEADER_BYTES);
}

PayloadResult payload_read_header(const uint8_t *bytes, size_t length, PayloadHeader *out)
{
    g_assert(out);
    UcReader r = { bytes, length };
    if (length < 2)
        return PAYLOAD_SHORT;
    out->version = (uint16_t)uc_take(&r, 2);
    if (out->version != PAYLOAD_VERSION) /* before the length, which is that of the version */
        return PAYLOAD_OTHER_VERSION;
    if (length < PAYLOAD_HEADER_BYTES)
        return PAYLOAD_SHORT;
    memcpy(out->scheme, uc_take_bytes(&r, sizeof out->scheme), sizeof out->scheme);
    memcpy(out->enclave, uc_take_bytes(&r, sizeof out->enclave), sizeof out->enclave);
    out->from = (uint32_t)uc_take(&r, 4);
    out->to = (uint32_t)uc_take(&r, 4);
    memcpy(out->ticket, uc_take_bytes(&r, sizeof out->ticket), sizeof out->ticket);
    memcpy(out->digest, uc_take_bytes(&r, sizeof out->digest), sizeof out->digest);
    return PAYLOAD_OK;
}

size_t payload_body_size(const Sigma *sigma)
{
    g_assert(sigma);
    return DKM_KID_BYTES + sigma->public_size + sigma->seed_size + 16;
}

void payload_write_body(const Sigma *sigma, const PayloadBody *body, uint8_t *out)
{
    g_assert(sigma && body && out);
    uint8_t *at = put_bytes(out, body->kid, sizeof body->kid);
    at = put_bytes(at, body->vk, sigma->public_size);
    at = put_bytes(at, body->seed, sigma->seed_size);
    at = put(at, body->a, 8);
    put(at, body->b, 8);
}

bool payload_read_body(const Sigma *sigma, const uint8_t *bytes, size_t length, PayloadBody *out)
{
    g_assert(sigma && out);
    if (length != payload_body_size(sigma))
        return false;
    UcReader r = { bytes, length };
    memcpy(out->kid, uc_take_bytes(&r, sizeof out->kid), sizeof out->kid);
    out->vk = uc_take_bytes(&r, sigma->public_size);
    out->seed = uc_take_bytes(&r, sigma->seed_size);
    out->a = uc_take(&r, 8);
    out->b = uc_take(&r, 8);
    return true;
}
