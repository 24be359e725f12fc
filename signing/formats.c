/* Keys and signatures in files: RFC 8554 sections 5.3 and 6; RFC 8391 section 4 and appendix B; RFC 9802; RFC 7468. */
#include "signing/formats.h"

#include "signing/internal.h"

#include <assert.h>
#include <ctype.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { LMS_PUBLIC = 24, HSS_LEVELS = 8, NAMES = 8 * 64, LOOK = 1 << 16 /* PEM begins within */, BASE64_LEAST = 64 };

static bool no(SigWhy *why, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool no(SigWhy *why, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why->text, sizeof why->text, format, args);
    va_end(args);
    return false;
}

/* ---- wrappings ------------------------------------------------------------------------------------------------------- */

const char *sig_form_name(SigForm form)
{
    static const char *const names[] = { "raw", "hexadecimal", "base64", "DER", "PEM", "certificate" };
    return names[form];
}

static bool keep(const uint8_t *bytes, size_t length, SigForm form, SigContent *content, SigWhy *why)
{
    content->bytes = malloc(length + 1);
    if (!content->bytes)
        return no(why, "out of memory");
    memcpy(content->bytes, bytes, length);
    content->length = length;
    content->form = form;
    return true;
}

static const struct {
    SigNamed named;
    const char *oid; /* RFC 9802 section 3; then draft-vangeest-x509-hash-sigs, which Botan and Bouncy Castle write */
} oids[] = { { SIG_NAMED_HSS, "1.2.840.113549.1.9.16.3.17" }, { SIG_NAMED_XMSS, "1.3.6.1.5.5.7.6.34" },
             { SIG_NAMED_XMSSMT, "1.3.6.1.5.5.7.6.35" },      { SIG_NAMED_XMSS, "0.4.0.127.0.15.1.1.13.0" },
             { SIG_NAMED_XMSSMT, "0.4.0.127.0.15.1.1.14.0" } };

SigNamed sig_named(const char *oid)
{
    for (size_t i = 0; i < sizeof oids / sizeof oids[0]; i++)
        if (strcmp(oids[i].oid, oid) == 0)
            return oids[i].named;
    return SIG_NAMED_NONE;
}

/* The key in the BIT STRING is the RFC's bytes, or these in an OCTET STRING (drafts of RFC 9802, and products of then). */
static bool take_bits(const uint8_t *bits, size_t length, SigForm form, SigContent *content, SigWhy *why)
{
    if (length && bits[0] == V_ASN1_OCTET_STRING) {
        const uint8_t *at = bits;
        long inner;
        int tag, class;
        int flags = ASN1_get_object(&at, &inner, &tag, &class, (long)length);
        if (flags & 0x80 || tag != V_ASN1_OCTET_STRING || class != V_ASN1_UNIVERSAL ||
            (size_t)inner != length - (size_t)(at - bits))
            return no(why, "expected one OCTET STRING in the key, got %zu bytes that are none", length);
        return keep(at, (size_t)inner, form, content, why);
    }
    return keep(bits, length, form, content, why);
}

static bool take_spki(X509_PUBKEY *spki, SigForm form, SigContent *content, SigWhy *why)
{
    ASN1_OBJECT *object;
    const uint8_t *bits;
    int length, parameters;
    X509_ALGOR *algorithm;
    char text[80];
    if (!X509_PUBKEY_get0_param(&object, &bits, &length, &algorithm, spki) || OBJ_obj2txt(text, sizeof text, object, 1) <= 0)
        return no(why, "the key's algorithm cannot be read");
    content->named = sig_named(text);
    if (content->named == SIG_NAMED_NONE)
        return no(why, "expected a key of HSS, XMSS or XMSS^MT (RFC 9802), got algorithm %s", text);
    X509_ALGOR_get0(NULL, &parameters, NULL, algorithm);
    if (parameters != V_ASN1_UNDEF)
        return no(why, "expected no parameters of the algorithm %s (RFC 9802 section 3), got some", text);
    return take_bits(bits, (size_t)length, form, content, why);
}

static bool take_der(const uint8_t *der, size_t length, SigForm form, SigContent *content, SigWhy *why)
{
    const uint8_t *at = der;
    bool good = false;
    X509_PUBKEY *spki = d2i_X509_PUBKEY(NULL, &at, (long)length);
    if (spki && at == der + length) {
        good = take_spki(spki, form, content, why);
        X509_PUBKEY_free(spki);
    } else {
        X509_PUBKEY_free(spki);
        at = der;
        X509 *certificate = d2i_X509(NULL, &at, (long)length);
        if (certificate && at == der + length)
            good = take_spki(X509_get_X509_PUBKEY(certificate), SIG_FORM_CERTIFICATE, content, why);
        else
            no(why, "expected a SubjectPublicKeyInfo or a certificate, got %zu bytes of other DER", length);
        X509_free(certificate);
    }
    ERR_clear_error();
    return good;
}

static bool take_pem(const uint8_t *file, size_t length, SigContent *content, SigWhy *why)
{
    char *label = NULL, *header = NULL;
    uint8_t *der = NULL;
    long der_length;
    bool good = false;
    BIO *bio = BIO_new_mem_buf(file, (int)length);
    if (!bio || !PEM_read_bio(bio, &label, &header, &der, &der_length))
        no(why, "expected PEM, got a BEGIN line and no block that can be read");
    else if (strcmp(label, "PUBLIC KEY") && strcmp(label, "CERTIFICATE"))
        no(why, "expected PEM of a PUBLIC KEY or a CERTIFICATE, got '%.40s'", label);
    else
        good = take_der(der, (size_t)der_length, SIG_FORM_PEM, content, why);
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_free(der);
    BIO_free(bio);
    ERR_clear_error();
    return good;
}

static int hex_value(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Digits and blanks only, at least one byte. */
static bool is_hex(const uint8_t *file, size_t length)
{
    size_t digits = 0;
    for (size_t i = 0; i < length; i++) {
        if (hex_value(file[i]) >= 0)
            digits++;
        else if (!isspace(file[i]))
            return false;
    }
    return digits >= 2;
}

/* One text of base64 and nothing else, long enough to be no word. */
static bool is_base64(const uint8_t *file, size_t length)
{
    size_t letters = 0, pads = 0;
    for (size_t i = 0; i < length; i++) {
        if (file[i] == '\n' || file[i] == '\r')
            continue;
        if (file[i] == '=')
            pads++;
        else if (pads || (!isalnum(file[i]) && file[i] != '+' && file[i] != '/'))
            return false;
        letters++;
    }
    return letters >= BASE64_LEAST && letters % 4 == 0 && pads <= 2;
}

static uint8_t *read_base64(const uint8_t *file, size_t length, size_t *size)
{
    EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
    uint8_t *bytes = malloc(length + 1);
    int got = 0, rest = 0;
    if (context)
        EVP_DecodeInit(context);
    const bool good = context && bytes && EVP_DecodeUpdate(context, bytes, &got, file, (int)length) >= 0 &&
                      EVP_DecodeFinal(context, bytes + got, &rest) == 1;
    EVP_ENCODE_CTX_free(context);
    *size = (size_t)(got + rest);
    if (good)
        return bytes;
    free(bytes);
    return NULL;
}

static uint8_t *read_hex(const uint8_t *file, size_t length, size_t *size)
{
    size_t digits = 0;
    uint8_t *bytes = malloc(length + 1);
    for (size_t i = 0; i < length && bytes; i++) {
        const int value = hex_value(file[i]);
        if (value < 0)
            continue;
        bytes[digits / 2] = (uint8_t)(digits % 2 ? bytes[digits / 2] << 4 | value : value);
        digits++;
    }
    *size = digits % 2 ? digits : digits / 2;
    if (digits % 2 == 0)
        return bytes;
    free(bytes);
    return NULL;
}

static bool is_der(const uint8_t *file, size_t length)
{
    const uint8_t *at = file;
    long inner;
    int tag, class;
    if (length < 2 || file[0] != 0x30)
        return false;
    int flags = ASN1_get_object(&at, &inner, &tag, &class, (long)length);
    ERR_clear_error();
    return !(flags & 0x80) && (size_t)(at - file) + (size_t)inner == length;
}

uint8_t *sig_text_read(const uint8_t *file, size_t length, SigForm form, size_t *size, SigWhy *why)
{
    uint8_t *bytes = (form == SIG_FORM_HEX ? read_hex : read_base64)(file, length, size);
    if (!bytes && form == SIG_FORM_HEX)
        no(why, "expected pairs of hexadecimal digits, got %zu", *size);
    else if (!bytes)
        no(why, "expected base64, got %zu bytes that cannot be decoded", length);
    return bytes;
}

/* DER as a text is taken as DER. */
static bool take_text(const uint8_t *file, size_t length, SigForm form, SigContent *content, SigWhy *why)
{
    size_t size;
    uint8_t *bytes = sig_text_read(file, length, form, &size, why);
    if (!bytes)
        return false;
    const bool good = is_der(bytes, size) ? take_der(bytes, size, form, content, why) : keep(bytes, size, form, content, why);
    free(bytes);
    return good;
}

SigForm sig_form_of(const uint8_t *file, size_t length)
{
    static const char begin[] = "-----BEGIN ";
    if (length > sizeof begin && !memchr(file, 0, length < LOOK ? length : LOOK) &&
        memmem(file, length < LOOK ? length : LOOK, begin, sizeof begin - 1))
        return SIG_FORM_PEM;
    return is_hex(file, length)      ? SIG_FORM_HEX
           : is_base64(file, length) ? SIG_FORM_BASE64
           : is_der(file, length)    ? SIG_FORM_DER
                                     : SIG_FORM_RAW;
}

bool sig_content_read(const uint8_t *file, size_t length, SigContent *content, SigWhy *why)
{
    assert(content && why && (file || !length));
    *content = (SigContent){0};
    bool good = false;
    if (length >= INT32_MAX)
        return no(why, "expected less than 2^31 bytes, got %zu", length);
    const SigForm form = sig_form_of(file, length);
    switch (form) {
    case SIG_FORM_PEM: good = take_pem(file, length, content, why); break;
    case SIG_FORM_HEX:
    case SIG_FORM_BASE64: good = take_text(file, length, form, content, why); break;
    case SIG_FORM_DER: good = take_der(file, length, SIG_FORM_DER, content, why); break;
    default: good = keep(file, length, SIG_FORM_RAW, content, why);
    }
    if (!good) {
        free(content->bytes);
        content->bytes = NULL;
    }
    return good;
}

/* ---- keys --------------------------------------------------------------------------------------------------------------- */

static bool is_lms_type(uint32_t type)
{
    return type >= 0x05 && type <= 0x18;
}

static bool wrong_size(SigWhy *why, const char *what, const char *set, size_t expected, size_t got)
{
    return no(why, "expected %zu bytes for %s of %s, got %zu", expected, what, set, got);
}

static bool read_lms(const SigContent *c, SigKey *key, SigWhy *why)
{
    const bool hss = c->named == SIG_NAMED_HSS || !sig_lms_set((uint32_t)sig_get(c->bytes, 4), (uint32_t)sig_get(c->bytes + 4, 4));
    const size_t skip = hss ? 4 : 0;
    const uint32_t levels = hss ? (uint32_t)sig_get(c->bytes, 4) : 1;
    if (levels < 1 || levels > HSS_LEVELS)
        return no(why, "expected 1 to 8 levels of HSS, got %u", levels);
    key->lms = sig_lms_set((uint32_t)sig_get(c->bytes + skip, 4), (uint32_t)sig_get(c->bytes + skip + 4, 4));
    if (!key->lms)
        return no(why, "expected type codes of LMS and LM-OTS that belong together, got %#x and %#x",
                  (unsigned)sig_get(c->bytes + skip, 4), (unsigned)sig_get(c->bytes + skip + 4, 4));
    if (c->length != skip + LMS_PUBLIC + key->lms->n)
        return wrong_size(why, hss ? "an HSS key" : "an LMS key", key->lms->name, skip + LMS_PUBLIC + key->lms->n, c->length);
    key->levels = levels;
    key->bytes = c->bytes + (levels == 1 ? skip : 0);
    key->length = c->length - (levels == 1 ? skip : 0);
    return true;
}

static bool read_xmss(const SigContent *c, SigKey *key, SigWhy *why)
{
    const uint32_t oid = (uint32_t)sig_get(c->bytes, 4);
    const SigSet *xmss = c->named == SIG_NAMED_XMSSMT ? NULL : sig_xmss_set(SIG_XMSS, oid);
    const SigSet *xmssmt = c->named == SIG_NAMED_XMSS ? NULL : sig_xmss_set(SIG_XMSSMT, oid);
    const SigSet *some = xmss ? xmss : xmssmt;
    if (!some)
        return no(why, "expected a public key of LMS, HSS, XMSS or XMSS^MT, got %zu bytes with type code %#x", c->length, oid);
    key->xmss = xmss && c->length == sig_set_public_size(xmss) ? xmss : NULL;
    key->xmssmt = xmssmt && c->length == sig_set_public_size(xmssmt) ? xmssmt : NULL;
    key->levels = 1;
    key->bytes = c->bytes;
    key->length = c->length;
    return key->xmss || key->xmssmt ? true
                                    : wrong_size(why, "a public key", some->name, sig_set_public_size(some), c->length);
}

/* Raw bytes say by themselves which family they are: the first two words of LMS and HSS are codes of theirs, and those of
 * XMSS are an OID and a random root. */
static bool looks_like_lms(const SigContent *c)
{
    const uint32_t first = (uint32_t)sig_get(c->bytes, 4), second = (uint32_t)sig_get(c->bytes + 4, 4);
    return sig_lms_set(first, second) || (first >= 1 && first <= HSS_LEVELS && is_lms_type(second));
}

bool sig_key_read(const SigContent *content, SigKey *key, SigWhy *why)
{
    assert(content && content->bytes && key && why);
    *key = (SigKey){0};
    if (content->length < 12)
        return no(why, "expected a public key of LMS, HSS, XMSS or XMSS^MT (48 bytes or more), got %zu bytes", content->length);
    if (content->named == SIG_NAMED_HSS || (content->named == SIG_NAMED_NONE && looks_like_lms(content)))
        return read_lms(content, key, why);
    return read_xmss(content, key, why);
}

void sig_key_describe(const SigKey *key, char *text, size_t size)
{
    if (key->lms && key->levels > 1)
        snprintf(text, size, "HSS of %u levels, %s on top", key->levels, key->lms->name);
    else if (key->lms)
        snprintf(text, size, "%s", key->lms->name);
    else
        snprintf(text, size, "%s%s%s", key->xmss ? key->xmss->name : "", key->xmss && key->xmssmt ? " or " : "",
                 key->xmssmt ? key->xmssmt->name : "");
}

/* ---- signatures ---------------------------------------------------------------------------------------------------------- */

/* Some set with that LM-OTS, or NULL. */
static const SigSet *set_with_ots(uint32_t ots)
{
    for (size_t i = 0; sig_set_at(i); i++)
        if (sig_set_at(i)->scheme == SIG_LMS && sig_set_at(i)->ots == ots)
            return sig_set_at(i);
    return NULL;
}

/* One LMS signature at the front of the bytes: its set by its own codes, or NULL and why. */
static const SigSet *front_lms(const uint8_t *at, size_t left, unsigned level, SigWhy *why)
{
    const SigSet *some = NULL, *set = NULL;
    if (left < 8)
        return no(why, "level %u: expected a signature, got %zu bytes", level, left), NULL;
    const uint32_t ots = (uint32_t)sig_get(at + 4, 4);
    some = set_with_ots(ots);
    if (!some)
        return no(why, "level %u: expected a type code of LM-OTS, got %#x", level, ots), NULL;
    const size_t type_at = 8 + (size_t)some->n * (1 + some->chains);
    if (left < type_at + 4)
        return no(why, "level %u: expected %zu bytes or more for a signature with %s, got %zu", level, type_at + 4,
                  strchr(some->name, '/') + 1, left), NULL;
    set = sig_lms_set((uint32_t)sig_get(at + type_at, 4), ots);
    if (!set)
        return no(why, "level %u: expected a type code of LMS that goes with %s, got %#x", level, strchr(some->name, '/') + 1,
                  (unsigned)sig_get(at + type_at, 4)), NULL;
    if (left < sig_set_signature_size(set))
        return no(why, "level %u: expected %zu bytes for %s, got %zu", level, sig_set_signature_size(set), set->name, left), NULL;
    return set;
}

/* HSS by the codes in the signature, which may be the front of more bytes. */
static const SigSet *walk_hss(const uint8_t *signature, size_t length, bool front, SigWhy *why)
{
    char name[NAMES] = "HSS:";
    const uint32_t below = length < 4 ? UINT32_MAX : (uint32_t)sig_get(signature, 4);
    size_t at = 4;
    if (below >= HSS_LEVELS)
        return no(why, "expected 0 to 7 signed keys in front of a signature of HSS, got %u", below), NULL;
    for (unsigned level = 0; level <= below; level++) {
        const SigSet *set = front_lms(signature + at, length - at, level, why);
        if (!set)
            return NULL;
        strcat(strcat(name, level ? "," : ""), set->name);
        at += sig_set_signature_size(set);
        if (level < below && length - at < LMS_PUBLIC + set->n)
            return no(why, "expected a key of %zu bytes behind level %u, got %zu bytes", LMS_PUBLIC + (size_t)set->n, level,
                      length - at), NULL;
        at += level < below ? LMS_PUBLIC + set->n : 0;
    }
    if (at != length && !front)
        return wrong_size(why, "a signature", name, at, length), NULL;
    const SigSet *hss = sig_set_find(name, NULL);
    if (!hss)
        no(why, "expected levels of one hash function and length, got %.180s", name);
    return hss;
}

static bool match_one_level(const SigSet *set, const SigKey *key, const uint8_t *signature, size_t length, SigMatch *match,
                            SigWhy *why)
{
    const size_t size = sig_set_signature_size(set);
    const size_t skip = length == size + 4 && sig_get(signature, 4) == 0 ? 4 : 0;
    *match = (SigMatch){set, key->bytes, signature + skip, key->length, length - skip};
    return length - skip == size ? true : wrong_size(why, "a signature", set->name, size, length);
}

static bool match_xmss(const SigKey *key, const uint8_t *signature, size_t length, SigMatch *match, SigWhy *why)
{
    const SigSet *both[] = { key->xmss, key->xmssmt };
    for (unsigned i = 0; i < 2; i++) {
        if (both[i] && sig_set_signature_size(both[i]) == length) {
            *match = (SigMatch){both[i], key->bytes, signature, key->length, length};
            return true;
        }
    }
    if (key->xmss && key->xmssmt)
        return no(why, "expected %zu bytes for a signature of %s or %zu for %s, got %zu", sig_set_signature_size(key->xmss),
                  key->xmss->name, sig_set_signature_size(key->xmssmt), key->xmssmt->name, length);
    const SigSet *one = key->xmss ? key->xmss : key->xmssmt;
    return wrong_size(why, "a signature", one->name, sig_set_signature_size(one), length);
}

/* The codes and leaves inside. */
static bool check_layers(const SigMatch *match, SigWhy *why)
{
    SigLayer layer[SIG_LAYERS];
    unsigned layers;
    SigStatus status = sig_layers(match->set, match->vk, match->vk_length, match->signature, match->length, layer, &layers);
    return status == SIG_OK ? true : no(why, "%s in a signature of %s", sig_status_text(status), match->set->name);
}

static bool match_hss(const SigKey *key, const uint8_t *signature, size_t length, bool front, SigMatch *match, SigWhy *why)
{
    const SigSet *set = walk_hss(signature, length, front, why);
    if (!set)
        return false;
    if (set->levels != key->levels)
        return no(why, "expected %u levels, as the key has, got %u", key->levels, set->levels);
    if (set->level[0] != key->lms)
        return no(why, "expected %s on top, as the key has, got %s", key->lms->name, set->level[0]->name);
    *match = (SigMatch){set, key->bytes, signature, key->length, sig_set_signature_size(set)};
    return true;
}

bool sig_match(const SigKey *key, const uint8_t *signature, size_t length, SigMatch *match, SigWhy *why)
{
    assert(key && key->bytes && (signature || !length) && match && why);
    bool good = key->lms && key->levels > 1 ? match_hss(key, signature, length, false, match, why)
                : key->lms                  ? match_one_level(key->lms, key, signature, length, match, why)
                                            : match_xmss(key, signature, length, match, why);
    return good && check_layers(match, why);
}

bool sig_match_front(const SigKey *key, const uint8_t *bytes, size_t length, SigMatch *match, SigWhy *why)
{
    assert(key && key->bytes && bytes && match && why);
    if (key->lms && key->levels > 1)
        return match_hss(key, bytes, length, true, match, why) && check_layers(match, why);
    const SigSet *set = key->lms ? key->lms : key->xmss ? key->xmss : key->xmssmt;
    const bool word = key->lms && length >= 12 && sig_get(bytes, 4) == 0 && sig_get(bytes + 4, 4) != key->lms->ots &&
                      sig_get(bytes + 8, 4) == key->lms->ots;
    const size_t size = sig_set_signature_size(set) + (word ? 4 : 0);
    if (key->xmss && key->xmssmt)
        return no(why, "an OID that may be %s or %s", key->xmss->name, key->xmssmt->name);
    return length < size ? wrong_size(why, "a signature", set->name, size, length) : sig_match(key, bytes, size, match, why);
}

bool sig_match_set(const SigSet *set, const SigKey *key, const uint8_t *signature, size_t length, SigMatch *match,
                   SigWhy *why)
{
    const bool one = set->scheme == SIG_HSS && set->levels == 1, hss = set->scheme == SIG_HSS && !one;
    const SigSet *own = one ? set->level[0] : set;
    const bool fits = hss ? key->lms == set->level[0] && key->levels == set->levels
                          : (key->lms == own && key->levels == 1) || key->xmss == own || key->xmssmt == own;
    char text[256];
    sig_key_describe(key, text, sizeof text);
    if (!fits)
        return no(why, "expected a key of %zu bytes of %.90s, got one of %zu bytes of %.90s", sig_set_public_size(own), own->name,
                  key->length, text);
    if (own->scheme == SIG_LMS)
        return match_one_level(own, key, signature, length, match, why) && check_layers(match, why);
    *match = (SigMatch){own, key->bytes, signature, key->length, length};
    if (length != sig_set_signature_size(own))
        return wrong_size(why, "a signature", own->name, sig_set_signature_size(own), length);
    return check_layers(match, why);
}

/* XMSS and XMSS^MT have no codes in their signatures: the length says what they may be, and the index must be one. */
static bool may_be_xmss(const SigSet *set, const uint8_t *signature, size_t length)
{
    const unsigned bytes = set->scheme == SIG_XMSS ? 4 : (set->height + 7) / 8;
    return (set->scheme == SIG_XMSS || set->scheme == SIG_XMSSMT) && length == sig_set_signature_size(set) &&
           sig_get(signature, bytes) >> set->height == 0;
}

const SigSet *sig_signature_set(const uint8_t *signature, size_t length, size_t number, size_t *skip, SigWhy *why)
{
    assert(skip && why && (signature || !length));
    SigWhy as_bare;
    *skip = 0;
    const SigSet *bare = front_lms(signature, length, 0, &as_bare);
    if (bare && length == sig_set_signature_size(bare) && sig_get(signature, 4) >> bare->height == 0)
        return number == 0 ? bare : NULL;
    const SigSet *hss = walk_hss(signature, length, false, why);
    if (hss) {
        *skip = hss->levels == 1 ? 4 : 0;
        return number ? NULL : hss->levels == 1 ? hss->level[0] : hss;
    }
    size_t found = 0;
    for (size_t i = 0; sig_set_at(i); i++)
        if (may_be_xmss(sig_set_at(i), signature, length) && found++ == number)
            return sig_set_at(i);
    if (bare)
        wrong_size(why, "a signature", bare->name, sig_set_signature_size(bare), length);
    else if (length >= 8 && set_with_ots((uint32_t)sig_get(signature + 4, 4)))
        *why = as_bare; /* it begins as LMS */
    return NULL;
}

/* As many of one set, one behind the other, as the whole is long. */
static bool is_row_of(const SigSet *set, const uint8_t *bytes, size_t length)
{
    const size_t size = sig_set_signature_size(set);
    bool good = length % size == 0;
    for (size_t at = 0; good && at < length; at += size)
        good = may_be_xmss(set, bytes + at, size);
    return good;
}

const SigSet *sig_signature_front(const uint8_t *bytes, size_t length, size_t *skip, SigWhy *why)
{
    assert(bytes && skip && why);
    *skip = 0;
    const SigSet *set = front_lms(bytes, length, 0, why);
    if (set && sig_get(bytes, 4) >> set->height == 0)
        return set;
    set = walk_hss(bytes, length, true, why);
    if (set && set->levels == 1) {
        *skip = 4;
        return set->level[0];
    }
    for (size_t i = 0; !set && sig_set_at(i); i++)
        if (is_row_of(sig_set_at(i), bytes, length))
            return sig_set_at(i);
    return set;
}

void sig_blank_key(const SigSet *set, uint8_t *vk)
{
    const SigSet *top = set->scheme == SIG_HSS ? set->level[0] : set;
    memset(vk, 0, sig_set_public_size(set));
    if (set->scheme == SIG_HSS) {
        sig_put(vk, set->levels, 4);
        vk += 4;
    }
    sig_put(vk, top->type, 4);
    if (top->scheme == SIG_LMS)
        sig_put(vk + 4, top->ots, 4);
}

/* ---- writing ---------------------------------------------------------------------------------------------------------------- */

static X509_PUBKEY *spki_of(const SigSet *set, const uint8_t *vk)
{
    const bool bare = set->scheme == SIG_LMS;
    const SigNamed named = set->scheme == SIG_XMSS ? SIG_NAMED_XMSS : set->scheme == SIG_XMSSMT ? SIG_NAMED_XMSSMT : SIG_NAMED_HSS;
    const size_t size = sig_set_public_size(set) + (bare ? 4 : 0);
    X509_PUBKEY *spki = X509_PUBKEY_new();
    uint8_t *bytes = OPENSSL_zalloc(size);
    ASN1_OBJECT *object = OBJ_txt2obj(oids[named - 1].oid, 1);
    if (bytes) {
        sig_put(bytes, 1, 4); /* one level; overwritten by all others */
        memcpy(bytes + (bare ? 4 : 0), vk, sig_set_public_size(set));
    }
    if (spki && bytes && object && X509_PUBKEY_set0_param(spki, object, V_ASN1_UNDEF, NULL, bytes, (int)size))
        return spki;
    X509_PUBKEY_free(spki);
    OPENSSL_free(bytes);
    ASN1_OBJECT_free(object);
    return NULL;
}

uint8_t *sig_key_der(const SigSet *set, const uint8_t *vk, size_t *length)
{
    X509_PUBKEY *spki = spki_of(set, vk);
    uint8_t *der = NULL, *copy = NULL;
    int size = spki ? i2d_X509_PUBKEY(spki, &der) : 0;
    if (size > 0 && (copy = malloc((size_t)size))) {
        memcpy(copy, der, (size_t)size);
        *length = (size_t)size;
    }
    OPENSSL_free(der);
    X509_PUBKEY_free(spki);
    return copy;
}

uint8_t *sig_key_pem(const SigSet *set, const uint8_t *vk, size_t *length)
{
    size_t size = 0;
    char *text;
    uint8_t *der = sig_key_der(set, vk, &size), *copy = NULL;
    BIO *bio = BIO_new(BIO_s_mem());
    if (der && bio && PEM_write_bio(bio, "PUBLIC KEY", "", der, (long)size) > 0) {
        const long got = BIO_get_mem_data(bio, &text);
        copy = malloc((size_t)got);
        if (copy)
            memcpy(copy, text, *length = (size_t)got);
    }
    BIO_free(bio);
    free(der);
    return copy;
}
