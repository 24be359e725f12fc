/* Readers of keys and signatures: every form of one key is that key; what is not exactly so is refused, with lengths. */
#include "tests/signing/bytes.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "signing/formats.h"
#include "signing/layers.h"
#include "tests/support/suite.h"

/* ---- DER by hand ---- */

static GByteArray *der(uint8_t tag, const void *bytes, size_t length)
{
    GByteArray *out = g_byte_array_new();
    const uint8_t small[] = { tag, (uint8_t)length }, large[] = { tag, 0x82, (uint8_t)(length >> 8), (uint8_t)length };
    g_byte_array_append(out, length < 128 ? small : large, length < 128 ? 2 : 4);
    return g_byte_array_append(out, bytes, (guint)length);
}

/* One thing with others in it, which are freed. */
static GByteArray *der_of(uint8_t tag, unsigned count, GByteArray **inner)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    for (unsigned i = 0; i < count; i++) {
        g_byte_array_append(all, inner[i]->data, inner[i]->len);
        g_byte_array_unref(inner[i]);
    }
    return der(tag, all->data, all->len);
}
#define DER_OF(tag, ...) der_of(tag, sizeof((GByteArray *[]){ __VA_ARGS__ }) / sizeof(GByteArray *), (GByteArray *[]){ __VA_ARGS__ })

static const uint8_t oid_hss[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x03, 0x11 };
static const uint8_t oid_xmss[] = { 0x2b, 6, 1, 5, 5, 7, 6, 34 }, oid_xmssmt[] = { 0x2b, 6, 1, 5, 5, 7, 6, 35 }, oid_rsa[] = { 0x2a, 3 };
static const uint8_t oid_older[] = { 4, 0, 127, 0, 15, 1, 1, 13, 0 }, oid_older_mt[] = { 4, 0, 127, 0, 15, 1, 1, 14, 0 }; /* Botan, Bouncy Castle */

static GByteArray *spki(const uint8_t *oid, size_t oid_length, bool parameters, bool wrapped, const uint8_t *key, size_t length)
{
    g_autoptr(GByteArray) octets = der(4, key, length), bits = g_byte_array_new();
    g_byte_array_append(bits, (const uint8_t *)"", 1);
    g_byte_array_append(bits, wrapped ? octets->data : key, wrapped ? octets->len : (guint)length);
    GByteArray *algorithm = parameters ? DER_OF(0x30, der(6, oid, oid_length), der(5, "", 0)) : DER_OF(0x30, der(6, oid, oid_length));
    return DER_OF(0x30, algorithm, der(3, bits->data, bits->len));
}

/* A certificate around it, of a signature that nobody looks at. */
static GByteArray *certificate(GByteArray *key)
{
    static const uint8_t serial[] = { 1 }, bits[] = { 0, 1, 2 };
    GByteArray *validity = DER_OF(0x30, der(0x17, "260101000000Z", 13), der(0x17, "270101000000Z", 13));
    GByteArray *body = DER_OF(0x30, der(2, serial, 1), DER_OF(0x30, der(6, oid_hss, sizeof oid_hss)), der(0x30, "", 0), validity,
                              der(0x30, "", 0), key);
    return DER_OF(0x30, body, DER_OF(0x30, der(6, oid_hss, sizeof oid_hss)), der(3, bits, sizeof bits));
}

/* ---- reading ---- */

typedef struct {
    SigContent content;
    SigKey key;
    SigWhy why;
    bool good;
} Read;

static Read read_bytes(const uint8_t *bytes, size_t length)
{
    Read r = { .why = { "" } };
    uint8_t *exact = g_memdup2(bytes, MAX(length, 1));
    r.good = sig_content_read(exact, length, &r.content, &r.why) && sig_key_read(&r.content, &r.key, &r.why);
    g_free(exact);
    return r;
}

static Read read_array(GByteArray *bytes)
{
    Read r = read_bytes(bytes->data, bytes->len);
    g_byte_array_unref(bytes);
    return r;
}

static void is_key(Read r, SigForm form, const uint8_t *expected, size_t length)
{
    ck_assert_msg(r.good, "%s", r.why.text);
    ck_assert_int_eq(r.content.form, form);
    ck_assert_uint_eq(r.key.length, length);
    ck_assert_mem_eq(r.key.bytes, expected, length);
    free(r.content.bytes);
}

static void is_refused(Read r, const char *why)
{
    ck_assert_msg(!r.good && strstr(r.why.text, why), "expected '%s', got '%s'", why, r.good ? "a key" : r.why.text);
    free(r.content.bytes);
}

#define LMS "LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W8"

typedef struct {
    const SigSet *set;
    uint8_t *vk, *signature;
    size_t size, length;
} Made;

static Made make(const char *name)
{
    Made m = { .set = bytes_set(name) };
    g_autofree uint8_t *seed = bytes_seed(m.set, "formats");
    m.size = sig_set_public_size(m.set);
    m.length = sig_set_signature_size(m.set);
    m.vk = g_malloc(m.size);
    m.signature = g_malloc(m.length);
    ck_assert_int_eq(sig_public(NULL, m.set, seed, m.vk), SIG_OK);
    ck_assert_int_eq(sig_sign(NULL, m.set, seed, 9, (const uint8_t *)"m", 1, m.signature), SIG_OK);
    return m;
}

static void drop(Made *m)
{
    g_free(m->vk), g_free(m->signature);
}

START_TEST(forms_of_one_key)
{
    Made m = make(LMS);
    uint8_t hss[4 + 48] = { 0, 0, 0, 1 };
    size_t length = 0;
    memcpy(hss + 4, m.vk, m.size);
    is_key(read_bytes(m.vk, m.size), SIG_FORM_RAW, m.vk, m.size);
    is_key(read_bytes(hss, sizeof hss), SIG_FORM_RAW, m.vk, m.size);
    is_key(read_array(spki(oid_hss, sizeof oid_hss, false, false, hss, sizeof hss)), SIG_FORM_DER, m.vk, m.size);
    is_key(read_array(spki(oid_hss, sizeof oid_hss, false, true, hss, sizeof hss)), SIG_FORM_DER, m.vk, m.size);
    is_key(read_array(certificate(spki(oid_hss, sizeof oid_hss, false, false, hss, sizeof hss))), SIG_FORM_CERTIFICATE, m.vk, m.size);
    is_key(read_array(certificate(spki(oid_hss, sizeof oid_hss, false, true, hss, sizeof hss))), SIG_FORM_CERTIFICATE, m.vk, m.size);
    uint8_t *pem = sig_key_pem(m.set, m.vk, &length);
    is_key(read_bytes(pem, length), SIG_FORM_PEM, m.vk, m.size);
    free(pem);
    GString *hex = g_string_new(" ");
    for (size_t i = 0; i < m.size; i++)
        g_string_append_printf(hex, i % 16 ? "%02X" : "\r\n%02x", m.vk[i]);
    is_key(read_bytes((uint8_t *)hex->str, hex->len), SIG_FORM_HEX, m.vk, m.size);
    is_refused(read_bytes((uint8_t *)hex->str, hex->len - 1), "pairs of hexadecimal digits, got 95");
    g_string_free(hex, TRUE);
    g_autofree char *text = g_base64_encode(m.vk, m.size), *lines = g_strdup_printf("%.32s\r\n%s\n", text, text + 32);
    is_key(read_bytes((uint8_t *)text, strlen(text)), SIG_FORM_BASE64, m.vk, m.size);
    is_key(read_bytes((uint8_t *)lines, strlen(lines)), SIG_FORM_BASE64, m.vk, m.size);
    g_autofree char *padded = g_base64_encode(m.vk, m.size - 1), *twice = g_strdup_printf("%s%s", padded, text);
    is_refused(read_bytes((uint8_t *)padded, strlen(padded)), "expected 48 bytes for an LMS key of " LMS ", got 47");
    ck_assert_int_eq(sig_form_of((uint8_t *)text, strlen(text) - 1), SIG_FORM_RAW); /* not whole */
    ck_assert_int_eq(sig_form_of((uint8_t *)twice, strlen(twice)), SIG_FORM_RAW);   /* two in one */
    ck_assert_int_eq(sig_form_of((const uint8_t *)"wordswordswordswords", 20), SIG_FORM_RAW);
    drop(&m);
}
END_TEST

START_TEST(refused)
{
    Made m = make(LMS);
    uint8_t hss[4 + 48] = { 0, 0, 0, 1 }, longer[52 + 1] = { 0 };
    memcpy(hss + 4, m.vk, m.size);
    memcpy(longer, hss, sizeof hss);
    is_refused(read_array(spki(oid_hss, sizeof oid_hss, true, false, hss, sizeof hss)), "no parameters");
    is_refused(read_array(spki(oid_rsa, sizeof oid_rsa, false, false, hss, sizeof hss)), "got algorithm 1.2.3");
    is_refused(read_array(spki(oid_hss, sizeof oid_hss, false, false, longer, sizeof longer)), "expected 52 bytes");
    is_refused(read_array(spki(oid_xmss, sizeof oid_xmss, false, false, hss, sizeof hss)), "public key");
    is_refused(read_bytes(longer, sizeof longer), "expected 52 bytes for an HSS key of " LMS ", got 53");
    is_refused(read_bytes(hss, sizeof hss - 1), "got 51");
    is_refused(read_bytes(m.vk, m.size - 1), "expected 48 bytes for an LMS key of " LMS ", got 47");
    is_refused(read_bytes((const uint8_t *)"", 0), "got 0 bytes");
    hss[3] = 9;
    is_refused(read_array(spki(oid_hss, sizeof oid_hss, false, false, hss, sizeof hss)), "1 to 8 levels of HSS, got 9");
    hss[3] = 1;
    hss[7] = 0x19;
    is_refused(read_array(spki(oid_hss, sizeof oid_hss, false, false, hss, sizeof hss)), "codes of LMS and LM-OTS");
    is_refused(read_bytes((const uint8_t *)"-----BEGIN RSA-----\nAAAA\n-----END RSA-----\n", 43), "PUBLIC KEY or a CERTIFICATE, got 'RSA'");
    is_refused(read_bytes((const uint8_t *)"-----BEGIN PUBLIC KEY-----\nAA", 29), "no block that can be read");
    drop(&m);
}
END_TEST

/* Every prefix of a certificate and every changed byte: an answer, never a step past the end (asan looks). */
START_TEST(prefixes_and_changes)
{
    Made m = make(LMS);
    uint8_t hss[4 + 48] = { 0, 0, 0, 1 };
    memcpy(hss + 4, m.vk, m.size);
    g_autoptr(GByteArray) whole = certificate(spki(oid_hss, sizeof oid_hss, false, true, hss, sizeof hss));
    for (guint i = 0; i < whole->len; i++) {
        Read r = read_bytes(whole->data, i);
        ck_assert_msg(!r.good, "the first %u bytes are a key", i);
        free(r.content.bytes);
        whole->data[i] ^= 0x15;
        r = read_bytes(whole->data, whole->len);
        ck_assert(r.good || r.why.text[0]);
        free(r.content.bytes);
        whole->data[i] ^= 0x15;
    }
    drop(&m);
}
END_TEST

/* XMSS or XMSS^MT: the same raw key; the OID of a wrapping, or the signature's length, decides. */
START_TEST(xmss_or_xmssmt)
{
    Made mt = make("XMSSMT-SHA2_20/4_256");
    SigMatch match;
    SigWhy why;
    char text[256];
    Read r = read_bytes(mt.vk, mt.size);
    ck_assert(r.good && r.key.xmss && r.key.xmssmt);
    sig_key_describe(&r.key, text, sizeof text);
    ck_assert_str_eq(text, "XMSS-SHA2_16_256 or XMSSMT-SHA2_20/4_256");
    ck_assert(sig_match(&r.key, mt.signature, mt.length, &match, &why) && match.set == mt.set);
    ck_assert_int_eq(sig_verify(match.set, match.vk, match.vk_length, (const uint8_t *)"m", 1, match.signature, match.length), SIG_OK);
    ck_assert(!sig_match(&r.key, mt.signature, mt.length - 1, &match, &why));
    ck_assert_msg(strstr(why.text, "expected 2692 bytes for a signature of XMSS-SHA2_16_256 or 9251 for XMSSMT-SHA2_20/4_256, got 9250"), "%s", why.text);
    free(r.content.bytes);
    r = read_array(spki(oid_xmssmt, sizeof oid_xmssmt, false, false, mt.vk, mt.size));
    ck_assert(r.good && !r.key.xmss && r.key.xmssmt == mt.set);
    free(r.content.bytes);
    r = read_array(spki(oid_older_mt, sizeof oid_older_mt, false, true, mt.vk, mt.size));
    ck_assert(r.good && !r.key.xmss && r.key.xmssmt == mt.set);
    free(r.content.bytes);
    r = read_array(spki(oid_older, sizeof oid_older, false, true, mt.vk, mt.size));
    ck_assert(r.good && r.key.xmss && !r.key.xmssmt);
    free(r.content.bytes);
    r = read_array(spki(oid_xmss, sizeof oid_xmss, false, true, mt.vk, mt.size));
    ck_assert(r.good && r.key.xmss && !r.key.xmssmt);
    ck_assert(!sig_match(&r.key, mt.signature, mt.length, &match, &why));
    free(r.content.bytes);
    drop(&mt);
}
END_TEST

START_TEST(hss_by_its_codes)
{
    Made m = make("HSS:" LMS ",LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W4");
    SigMatch match;
    SigWhy why = { "" };
    size_t skip;
    Read r = read_bytes(m.vk, m.size);
    ck_assert(r.good && r.key.levels == 2);
    ck_assert(sig_match(&r.key, m.signature, m.length, &match, &why) && match.set == m.set);
    ck_assert_ptr_eq(sig_signature_set(m.signature, m.length, 0, &skip, &why), m.set);
    ck_assert_ptr_eq(sig_signature_set(m.signature, m.length, 1, &skip, &why), NULL);
    for (size_t i = 0; i < m.length; i++) {
        uint8_t *exact = g_memdup2(m.signature, MAX(i, 1));
        ck_assert(!sig_match(&r.key, exact, i, &match, &why));
        ck_assert(!sig_match_front(&r.key, exact, i, &match, &why));
        g_free(exact);
    }
    m.signature[3] = 0;
    ck_assert(!sig_match(&r.key, m.signature, m.length, &match, &why));
    free(r.content.bytes);
    drop(&m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("formats");
    TCase *t = tcase_create("formats");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, forms_of_one_key);
    tcase_add_test(t, refused);
    tcase_add_test(t, prefixes_and_changes);
    tcase_add_test(t, xmss_or_xmssmt);
    tcase_add_test(t, hss_by_its_codes);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
