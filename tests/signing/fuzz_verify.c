/* libFuzzer: verify and the parsing of keys and signatures. Two modes by the first byte: a genuine signature with
 * patches (only the unpatched one may verify), or raw bytes of any length (none may). Buffers are exactly as long as
 * said, so that asan sees every step past them. */
#include "signing/signing.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4",
    "LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W8",
    "LMS_SHAKE_M24_H5/LMOTS_SHAKE_N24_W2",
    "HSS:LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4,LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
    "XMSSMT-SHA2_20/4_192",
    "XMSSMT-SHAKE256_20/4_192",
};
enum { SETS = sizeof names / sizeof names[0] };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    uint8_t *vk, *signature;
    size_t vk_size, size;
} Genuine;

static const uint8_t message[] = "fuzz";
static Genuine genuine[SETS];

static const Genuine *get(unsigned which, const SigSet *set)
{
    Genuine *g = &genuine[which];
    if (g->vk)
        return g;
    uint8_t seed[192];
    memset(seed, 42, sizeof seed);
    g->vk_size = sig_set_public_size(set);
    g->size = sig_set_signature_size(set);
    g->vk = malloc(g->vk_size);
    g->signature = malloc(g->size);
    if (sig_public(NULL, set, seed, g->vk) || sig_sign(NULL, set, seed, 17, message, sizeof message, g->signature))
        abort();
    return g;
}

/* Patches of three bytes: where (two bytes, key and signature in one), and what to change there. */
static bool patch(uint8_t *vk, size_t vk_size, uint8_t *signature, size_t size, const uint8_t *data, size_t length)
{
    for (; length >= 3; data += 3, length -= 3) {
        size_t at = (size_t)(data[0] << 8 | data[1]) % (vk_size + size);
        *(at < vk_size ? vk + at : signature + at - vk_size) ^= data[2];
    }
    return true;
}

static void patched(const SigSet *set, const Genuine *g, const uint8_t *data, size_t length)
{
    uint8_t *vk = malloc(g->vk_size), *signature = malloc(g->size);
    memcpy(vk, g->vk, g->vk_size);
    memcpy(signature, g->signature, g->size);
    patch(vk, g->vk_size, signature, g->size, data, length);
    bool same = memcmp(vk, g->vk, g->vk_size) == 0 && memcmp(signature, g->signature, g->size) == 0;
    SigStatus status = sig_verify(set, vk, g->vk_size, message, sizeof message, signature, g->size);
    if ((status == SIG_OK) != same || status == SIG_BAD_LENGTH)
        abort();
    free(vk);
    free(signature);
}

static void raw(const SigSet *set, const uint8_t *data, size_t length)
{
    size_t vk_size = length < 2 ? 0 : data[0] % (length + 1);
    uint8_t *vk = malloc(vk_size + 1), *signature = malloc(length - vk_size + 1);
    memcpy(vk, data, vk_size);
    memcpy(signature, data + vk_size, length - vk_size);
    vk = realloc(vk, vk_size ? vk_size : 1);
    if (sig_verify(set, vk, vk_size, message, sizeof message, signature, length - vk_size) == SIG_OK)
        abort();
    free(vk);
    free(signature);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const unsigned which = data[0] / 2 % SETS;
    const SigSet *set = sig_set_find(names[which], NULL);
    if (data[0] & 1)
        raw(set, data + 1, size - 1);
    else
        patched(set, get(which, set), data + 1, size - 1);
    return 0;
}
