#include "tests/signing/bytes.h"

#include <glib.h>
#include <openssl/evp.h>
#include <string.h>

uint8_t *bytes_from_hex(const char *hex, size_t *length)
{
    *length = hex ? strlen(hex) / 2 : 0;
    uint8_t *out = g_malloc(*length + 1);
    for (size_t i = 0; i < *length; i++) {
        int high = g_ascii_xdigit_value(hex[2 * i]), low = g_ascii_xdigit_value(hex[2 * i + 1]);
        g_assert(high >= 0 && low >= 0);
        out[i] = (uint8_t)(high << 4 | low);
    }
    return out;
}

void bytes_fill(uint8_t *out, size_t length, const char *label)
{
    for (size_t done = 0, count = 0; done < length; count++) {
        g_autofree char *text = g_strdup_printf("%s/%zu", label, count);
        uint8_t digest[32];
        g_assert(EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL));
        size_t part = MIN(sizeof digest, length - done);
        memcpy(out + done, digest, part);
        done += part;
    }
}

uint8_t *bytes_seed(const SigSet *set, const char *label)
{
    uint8_t *seed = g_malloc(sig_set_seed_size(set));
    bytes_fill(seed, sig_set_seed_size(set), label);
    return seed;
}

const char *bytes_vectors(void)
{
    static const char *const places[] = {"../shared/vectors/", "../../shared/vectors/"};
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
        if (g_file_test(places[i], G_FILE_TEST_IS_DIR))
            return places[i];
    return NULL;
}

const SigSet *bytes_set(const char *name)
{
    const char *near;
    const SigSet *set = sig_set_find(name, &near);
    if (!set)
        g_error("no set %s, near is %s", name, near);
    return set;
}

void bytes_lms_name(uint32_t type, uint32_t ots, char *out, size_t room)
{
    static const struct {
        const char *name;
        unsigned n, type, ots;
    } family[] = {{"SHA256", 32, 5, 1}, {"SHA256", 24, 10, 5}, {"SHAKE", 32, 15, 9}, {"SHAKE", 24, 20, 13}};
    g_assert(type >= 5 && type < 25);
    const unsigned f = (type - 5) / 5;
    snprintf(out, room, "LMS_%s_M%u_H%u/LMOTS_%s_N%u_W%u", family[f].name, family[f].n, 5 * (type - family[f].type + 1),
             family[f].name, family[f].n, 1u << (ots - family[f].ots));
}
