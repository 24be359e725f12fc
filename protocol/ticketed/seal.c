#define OPENSSL_SUPPRESS_DEPRECATED /* SHA256_*: EVP costs several times the hashing of a few blocks */
#include "protocol/ticketed/seal.h"

#include <glib.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/core_names.h>
#include <openssl/sha.h>
#include <string.h>

#include "simulator/base/bytes.h"
#include "simulator/base/hmac.h"

enum { NONCE_BYTES = 12, HASH = 32, DERIVED_BYTES = 32 };
static const char LABEL_KEY[] = "ucsim ticketed transfer v2 key", LABEL_DIGEST[] = "ucsim ticketed transfer v2 digest";

struct Seal {
    bool ideal;
    size_t tag_bytes;
    GMutex lock;
    GHashTable *plain_of;  /* ideal: token -> term (key, header, plaintext) */
    GHashTable *answer;    /* what was asked -> what came out: keys, digests, seals */
    unsigned answers_max;  /* 0: not remembered */
};

static void free_secret(gpointer of)
{
    size_t n;
    void *bytes = (void *)g_bytes_get_data(of, &n);
    OPENSSL_cleanse(bytes, n);
    g_bytes_unref(of);
}

/* As g_bytes_hash, which goes byte by byte. */
static guint hash_name(gconstpointer of)
{
    size_t n;
    const void *bytes = g_bytes_get_data((GBytes *)of, &n);
    return (guint)uc_digest(bytes, n).lo;
}

static Seal *seal_new(bool ideal)
{
    Seal *seal = g_new0(Seal, 1);
    seal->ideal = ideal;
    seal->tag_bytes = SEAL_OVERHEAD_BYTES;
    g_mutex_init(&seal->lock);
    seal->plain_of = g_hash_table_new_full(hash_name, g_bytes_equal, (GDestroyNotify)g_bytes_unref,
                                           (GDestroyNotify)g_bytes_unref);
    seal->answer = g_hash_table_new_full(hash_name, g_bytes_equal, free_secret, free_secret);
    return seal;
}

void seal_set_tag_bytes(Seal *seal, size_t tag_bytes)
{
    g_assert(seal && tag_bytes >= 1 && tag_bytes <= SEAL_OVERHEAD_BYTES);
    seal->tag_bytes = tag_bytes;
}

size_t seal_overhead(const Seal *seal) { return seal->tag_bytes; }

void seal_forget(Seal *seal)
{
    g_assert(seal);
    g_hash_table_remove_all(seal->plain_of);
    g_hash_table_remove_all(seal->answer);
}

void seal_remember_answers(Seal *seal, unsigned count)
{
    g_assert(seal);
    g_mutex_lock(&seal->lock);
    seal->answers_max = count;
    g_hash_table_remove_all(seal->answer);
    g_mutex_unlock(&seal->lock);
}

Seal *seal_real_new(void) { return seal_new(false); }
Seal *seal_ideal_new(void) { return seal_new(true); }

void seal_free(Seal *seal)
{
    if (!seal)
        return;
    g_hash_table_unref(seal->plain_of);
    g_hash_table_unref(seal->answer);
    g_mutex_clear(&seal->lock);
    g_free(seal);
}

/* HKDF-SHA256 (RFC 5869) with an empty salt. */
static void derive(const uint8_t *key, const uint8_t *info, size_t n, uint8_t out[DERIVED_BYTES])
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *c = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, SEAL_KEY_BYTES),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, n),
        OSSL_PARAM_construct_end(),
    };
    if (!c || EVP_KDF_derive(c, out, DERIVED_BYTES, params) <= 0)
        g_error("libcrypto cannot compute HKDF-SHA256");
    EVP_KDF_CTX_free(c);
    EVP_KDF_free(kdf);
}

static void digest_of(const void *a, size_t na, const void *b, size_t nb, uint8_t out[HASH])
{
    SHA256_CTX c;
    uint64_t first = na;
    SHA256_Init(&c);
    SHA256_Update(&c, &first, sizeof first);
    SHA256_Update(&c, a, na);
    SHA256_Update(&c, b, nb);
    SHA256_Final(out, &c);
}

/* ---- answers of before ---- */

/* What is asked, in full: every answer is a function of it alone. NULL when nothing is remembered. */
static GBytes *question(const Seal *seal, char what, const uint8_t *key, const uint8_t *a, size_t na, const uint8_t *b, size_t nb)
{
    if (!seal->answers_max)
        return NULL;
    const uint64_t first = na;
    uint8_t *all = g_malloc(1 + sizeof first + SEAL_KEY_BYTES + na + nb), *at = all;
    *at++ = (uint8_t)what;
    at = (uint8_t *)memcpy(at, &first, sizeof first) + sizeof first;
    at = (uint8_t *)memcpy(at, key, SEAL_KEY_BYTES) + SEAL_KEY_BYTES;
    at = (uint8_t *)memcpy(at, a, na) + na;
    if (nb)
        memcpy(at, b, nb);
    return g_bytes_new_take(all, (size_t)(at - all) + nb);
}

/* True: `out` is what came out before, and the question is freed. */
static bool recall(Seal *seal, GBytes *asked, uint8_t *out, size_t n)
{
    if (!asked)
        return false;
    g_mutex_lock(&seal->lock);
    GBytes *known = g_hash_table_lookup(seal->answer, asked);
    if (known)
        memcpy(out, g_bytes_get_data(known, NULL), n);
    g_mutex_unlock(&seal->lock);
    if (known)
        free_secret(asked);
    return known;
}

/* Takes the question, which may be NULL. */
static void remember(Seal *seal, GBytes *asked, const uint8_t *answer, size_t n)
{
    if (!asked)
        return;
    g_mutex_lock(&seal->lock);
    if (g_hash_table_size(seal->answer) >= seal->answers_max)
        g_hash_table_remove_all(seal->answer);
    g_hash_table_replace(seal->answer, asked, g_bytes_new(answer, n));
    g_mutex_unlock(&seal->lock);
}

static void derive_once(Seal *seal, const uint8_t *key, const uint8_t *info, size_t n, uint8_t out[DERIVED_BYTES])
{
    GBytes *asked = question(seal, 'K', key, info, n, NULL, 0);
    if (recall(seal, asked, out, DERIVED_BYTES))
        return;
    derive(key, info, n, out);
    remember(seal, asked, out, DERIVED_BYTES);
}

/* The two labels differ before either ends, and the header has a fixed layout, so that no two infos are one. */
static void key_for(Seal *seal, const uint8_t *key, const uint8_t *header, size_t n, uint8_t out[DERIVED_BYTES])
{
    g_autofree uint8_t *info = g_malloc(sizeof LABEL_KEY - 1 + n);
    memcpy(info, LABEL_KEY, sizeof LABEL_KEY - 1);
    memcpy(info + sizeof LABEL_KEY - 1, header, n);
    derive_once(seal, key, info, sizeof LABEL_KEY - 1 + n, out);
}

static void digest_of_sealed(Seal *seal, const uint8_t *key, const uint8_t *header, size_t before, const uint8_t *plain,
                             size_t length, uint8_t out[SEAL_DIGEST_BYTES])
{
    uint8_t d[DERIVED_BYTES];
    g_autofree uint8_t *all = g_malloc(before + length);
    memcpy(all, header, before);
    memcpy(all + before, plain, length);
    derive_once(seal, key, (const uint8_t *)LABEL_DIGEST, sizeof LABEL_DIGEST - 1, d);
    uc_hmac(d, sizeof d, all, before + length, out);
    OPENSSL_cleanse(d, sizeof d);
    OPENSSL_cleanse(all, before + length);
}

void seal_digest(Seal *seal, const uint8_t key[SEAL_KEY_BYTES], const uint8_t *header, size_t header_length,
                 const uint8_t *plain, size_t length, uint8_t out[SEAL_DIGEST_BYTES])
{
    g_assert(seal && header_length > SEAL_DIGEST_BYTES);
    size_t before = header_length - SEAL_DIGEST_BYTES;
    GBytes *asked = question(seal, 'D', key, header, before, plain, length);
    if (recall(seal, asked, out, SEAL_DIGEST_BYTES))
        return;
    digest_of_sealed(seal, key, header, before, plain, length, out);
    remember(seal, asked, out, SEAL_DIGEST_BYTES);
}

static void gcm_close(const uint8_t k[32], const uint8_t *header, size_t nh, const uint8_t *plain, size_t length,
                      size_t tag_bytes, uint8_t *out)
{
    static const uint8_t nonce[NONCE_BYTES]; /* K serves once */
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int n;
    if (!c || !EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, k, nonce) ||
        !EVP_EncryptUpdate(c, NULL, &n, header, (int)nh) || !EVP_EncryptUpdate(c, out, &n, plain, (int)length) ||
        !EVP_EncryptFinal_ex(c, out + n, &n) ||
        !EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, (int)tag_bytes, out + length))
        g_error("libcrypto cannot seal with AES-256-GCM");
    EVP_CIPHER_CTX_free(c);
}

static bool gcm_open(const uint8_t k[32], const uint8_t *header, size_t nh, const uint8_t *sealed, size_t length,
                     size_t tag_bytes, uint8_t *out)
{
    static const uint8_t nonce[NONCE_BYTES];
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    uint8_t tag[SEAL_OVERHEAD_BYTES];
    memcpy(tag, sealed + length, tag_bytes);
    int n;
    bool ok = c && EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, k, nonce) &&
              EVP_DecryptUpdate(c, NULL, &n, header, (int)nh) &&
              EVP_DecryptUpdate(c, out, &n, sealed, (int)length) &&
              EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, (int)tag_bytes, tag) &&
              EVP_DecryptFinal_ex(c, out + n, &n) > 0;
    EVP_CIPHER_CTX_free(c);
    if (!ok)
        OPENSSL_cleanse(out, length);
    return ok;
}

/* The term (key, header, plaintext) and its token: SHA-256 blocks over the term, as long as a real seal. */
static GBytes *make_term(const uint8_t *key, const uint8_t *header, size_t nh, const uint8_t *plain, size_t length)
{
    GByteArray *term = g_byte_array_new();
    g_byte_array_append(term, key, SEAL_KEY_BYTES);
    g_byte_array_append(term, header, (guint)nh);
    g_byte_array_append(term, plain, (guint)length);
    return g_byte_array_free_to_bytes(term);
}

static void token_close(Seal *seal, const uint8_t *key, const uint8_t *header, size_t nh, const uint8_t *plain,
                        size_t length, uint8_t *out)
{
    GBytes *term = make_term(key, header, nh, plain, length);
    size_t total = length + seal->tag_bytes;
    for (size_t at = 0; at < total; at += HASH) {
        uint8_t number = (uint8_t)(at / HASH), block[HASH];
        digest_of(&number, 1, g_bytes_get_data(term, NULL), g_bytes_get_size(term), block);
        memcpy(out + at, block, MIN((size_t)HASH, total - at));
    }
    g_mutex_lock(&seal->lock);
    g_hash_table_replace(seal->plain_of, g_bytes_new(out, total), term);
    g_mutex_unlock(&seal->lock);
}

GBytes *seal_term(Seal *seal, const uint8_t *header, size_t nh, const uint8_t *sealed, size_t length)
{
    g_assert(seal && header && (sealed || !length));
    g_autoptr(GBytes) token = g_bytes_new_static(sealed, length);
    g_mutex_lock(&seal->lock);
    GBytes *found = g_hash_table_lookup(seal->plain_of, token);
    const uint8_t *term = found ? g_bytes_get_data(found, NULL) : NULL;
    bool ok = found && g_bytes_get_size(found) + seal->tag_bytes == SEAL_KEY_BYTES + nh + length &&
              !memcmp(term + SEAL_KEY_BYTES, header, nh);
    if (ok)
        g_bytes_ref(found);
    g_mutex_unlock(&seal->lock);
    return ok ? found : NULL;
}

static bool token_open(Seal *seal, const uint8_t *key, const uint8_t *header, size_t nh, const uint8_t *sealed,
                       size_t length, uint8_t *out)
{
    g_autoptr(GBytes) found = seal_term(seal, header, nh, sealed, length + seal->tag_bytes);
    const uint8_t *term = found ? g_bytes_get_data(found, NULL) : NULL;
    bool ok = term && !memcmp(term, key, SEAL_KEY_BYTES);
    if (ok)
        memcpy(out, term + SEAL_KEY_BYTES + nh, length);
    return ok;
}

static void close_with(Seal *seal, const uint8_t *key, const uint8_t *header, size_t nh, const uint8_t *plain, size_t length,
                       uint8_t *out, SealUse *use)
{
    uint8_t k[DERIVED_BYTES];
    if (seal->ideal) {
        token_close(seal, key, header, nh, plain, length, out);
        if (use)
            digest_of(key, SEAL_KEY_BYTES, header, nh, use->key);
    } else {
        key_for(seal, key, header, nh, k);
        gcm_close(k, header, nh, plain, length, seal->tag_bytes, out);
        if (use)
            digest_of("", 0, k, sizeof k, use->key);
        OPENSSL_cleanse(k, sizeof k);
    }
    if (use)
        digest_of(header, nh, plain, length, use->content);
}

void seal_close(Seal *seal, const uint8_t key[SEAL_KEY_BYTES], uint8_t *header, size_t header_length,
                const uint8_t *plain, size_t length, uint8_t *out, SealUse *use)
{
    seal_digest(seal, key, header, header_length, plain, length, header + header_length - SEAL_DIGEST_BYTES);
    size_t total = length + seal_overhead(seal);
    g_autofree uint8_t *made = g_malloc(total + sizeof(SealUse)); /* what is sealed, then what was used */
    GBytes *asked = question(seal, 'S', key, header, header_length, plain, length);
    if (!recall(seal, asked, made, total + sizeof(SealUse))) {
        SealUse used;
        close_with(seal, key, header, header_length, plain, length, made, &used);
        memcpy(made + total, &used, sizeof used);
        remember(seal, asked, made, total + sizeof used);
    }
    memcpy(out, made, total);
    if (use)
        memcpy(use, made + total, sizeof *use);
}

void seal_close_stolen(Seal *seal, const uint8_t key[SEAL_KEY_BYTES], const uint8_t *header, size_t header_length,
                       const uint8_t *plain, size_t length, uint8_t *out)
{
    g_assert(seal && header_length > SEAL_DIGEST_BYTES);
    close_with(seal, key, header, header_length, plain, length, out, NULL);
}

static bool open_with(Seal *seal, const uint8_t *key, const uint8_t *header, size_t nh, const uint8_t *sealed, size_t length,
                      uint8_t *out)
{
    uint8_t k[DERIVED_BYTES];
    if (seal->ideal)
        return token_open(seal, key, header, nh, sealed, length, out);
    key_for(seal, key, header, nh, k);
    bool ok = gcm_open(k, header, nh, sealed, length, seal->tag_bytes, out);
    OPENSSL_cleanse(k, sizeof k);
    return ok;
}

bool seal_open(Seal *seal, const uint8_t key[SEAL_KEY_BYTES], const uint8_t *header, size_t header_length,
               const uint8_t *sealed, size_t sealed_length, uint8_t *out)
{
    g_assert(seal && header_length > SEAL_DIGEST_BYTES);
    if (sealed_length < seal->tag_bytes)
        return false;
    uint8_t digest[SEAL_DIGEST_BYTES];
    size_t length = sealed_length - seal->tag_bytes;
    if (!open_with(seal, key, header, header_length, sealed, length, out))
        return false;
    seal_digest(seal, key, header, header_length, out, length, digest);
    size_t compared = seal->tag_bytes < SEAL_OVERHEAD_BYTES ? 0 : sizeof digest;
    bool same = !CRYPTO_memcmp(digest, header + header_length - SEAL_DIGEST_BYTES, compared);
    if (!same)
        OPENSSL_cleanse(out, length);
    return same;
}
