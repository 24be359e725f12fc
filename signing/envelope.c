#include "signing/envelope.h"

#include "signing/internal.h"

#include <assert.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    SigEnvelopes *out;
    const uint8_t *content;
    size_t content_length;
    SigWhy *why;
} Reader;

static bool no(const Reader *r, const char *text, const char *more)
{
    snprintf(r->why->text, sizeof r->why->text, "%s%.120s", text, more);
    return false;
}

static uint8_t *copy_of(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length + 1);
    if (copy && length)
        memcpy(copy, bytes, length);
    return copy;
}

/* Takes the message; the signature is copied. False: not one of ours, or no memory. */
static bool add(Reader *r, const X509_ALGOR *algorithm, const ASN1_STRING *signature, SigEnvelope e)
{
    const ASN1_OBJECT *object;
    char oid[80] = "";
    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    OBJ_obj2txt(oid, sizeof oid, object, 1);
    e.named = sig_named(oid);
    e.length = (size_t)ASN1_STRING_length(signature);
    SigEnvelope *more = e.named == SIG_NAMED_NONE ? NULL : realloc(r->out->all, (r->out->count + 1) * sizeof *more);
    if (more) {
        r->out->all = more;
        e.signature = copy_of(ASN1_STRING_get0_data(signature), e.length);
        more[r->out->count++] = e;
        return e.signature != NULL;
    }
    free(e.message);
    return no(r, "expected a signature of HSS, XMSS or XMSS^MT, got one of algorithm ", oid);
}

/* ---- certificates ---- */

/* The first object inside of the outermost, with its header. */
static bool first_inside(const uint8_t *der, size_t length, const uint8_t **inner, size_t *inner_length)
{
    const uint8_t *at = der, *begin;
    long size;
    int tag, class;
    if (ASN1_get_object(&at, &size, &tag, &class, (long)length) & 0x80)
        return false;
    begin = at;
    if (ASN1_get_object(&at, &size, &tag, &class, (long)length - (at - der)) & 0x80)
        return false;
    *inner = begin;
    *inner_length = (size_t)(at - begin) + (size_t)size;
    return true;
}

static bool add_certificate(Reader *r, const X509 *certificate, const uint8_t *der, size_t length)
{
    const ASN1_BIT_STRING *signature;
    const X509_ALGOR *algorithm;
    const uint8_t *tbs;
    SigEnvelope e = { .message = NULL };
    X509_get0_signature(&signature, &algorithm, certificate);
    if (!first_inside(der, length, &tbs, &e.message_length) || !(e.message = copy_of(tbs, e.message_length)))
        return no(r, "the certificate cannot be taken apart", "");
    return add(r, algorithm, signature, e);
}

/* ---- CMS ---- */

/* The signed attributes in their order, as a SET; NULL: no memory. */
static uint8_t *attributes(const CMS_SignerInfo *info, int count, size_t *length)
{
    long inner = 0;
    for (int i = 0; i < count; i++)
        inner += i2d_X509_ATTRIBUTE(CMS_signed_get_attr(info, i), NULL);
    const int size = ASN1_object_size(1, (int)inner, V_ASN1_SET);
    uint8_t *set = size > 0 ? malloc((size_t)size) : NULL, *at = set;
    if (!set)
        return NULL;
    ASN1_put_object(&at, 1, (int)inner, V_ASN1_SET, V_ASN1_UNIVERSAL);
    for (int i = 0; i < count; i++)
        i2d_X509_ATTRIBUTE(CMS_signed_get_attr(info, i), &at);
    *length = (size_t)(at - set);
    return set;
}

/* False only if both digests are there and differ: a hash function that libcrypto does not have says nothing. */
static bool content_agrees(const Reader *r, CMS_SignerInfo *info, const X509_ALGOR *digest_algorithm)
{
    const ASN1_OBJECT *object;
    char name[80] = "";
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    const ASN1_OCTET_STRING *said =
        CMS_signed_get0_data_by_OBJ(info, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING);
    X509_ALGOR_get0(&object, NULL, NULL, digest_algorithm);
    OBJ_obj2txt(name, sizeof name, object, 1);
    EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
    bool good = true;
    if (md && said && r->content && EVP_Digest(r->content, r->content_length, digest, &length, md, NULL))
        good = (unsigned)ASN1_STRING_length(said) == length && !memcmp(ASN1_STRING_get0_data(said), digest, length);
    EVP_MD_free(md);
    return good;
}

static bool add_signer(Reader *r, CMS_SignerInfo *info)
{
    X509_ALGOR *digest_algorithm, *algorithm;
    SigEnvelope e = { .message = NULL };
    const int count = CMS_signed_get_attr_count(info);
    CMS_SignerInfo_get0_algs(info, NULL, NULL, &digest_algorithm, &algorithm);
    if (count > 0) {
        e.message = attributes(info, count, &e.message_length);
        e.other_content = !content_agrees(r, info, digest_algorithm);
    } else if (r->content) {
        e.message = copy_of(r->content, e.message_length = r->content_length);
    }
    return add(r, algorithm, CMS_SignerInfo_get0_signature(info), e);
}

static bool add_cms(const Reader *given, CMS_ContentInfo *cms)
{
    Reader r = *given;
    STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);
    ASN1_OCTET_STRING **content = infos ? CMS_get0_content(cms) : NULL;
    if (content && *content) {
        r.content = ASN1_STRING_get0_data(*content);
        r.content_length = (size_t)ASN1_STRING_length(*content);
    }
    const int count = infos ? sk_CMS_SignerInfo_num(infos) : 0;
    bool some = false;
    for (int i = 0; i < count; i++)
        some |= add_signer(&r, sk_CMS_SignerInfo_value(infos, i));
    return count > 0 ? some : no(given, "expected CMS SignedData with a signature, got CMS without", "");
}

/* ---- wrappings ---- */

static bool add_der(Reader *r, const uint8_t *der, size_t length)
{
    const uint8_t *at = der;
    bool good = false;
    X509 *certificate = d2i_X509(NULL, &at, (long)length);
    if (certificate && at == der + length) {
        good = add_certificate(r, certificate, der, length);
    } else {
        at = der;
        CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)length);
        good = cms && at == der + length ? add_cms(r, cms)
                                         : no(r, "expected a certificate or a CMS message as DER, got something else", "");
        CMS_ContentInfo_free(cms);
    }
    X509_free(certificate);
    return good;
}

static bool add_pem(Reader *r, const uint8_t *file, size_t length)
{
    BIO *bio = BIO_new_mem_buf(file, (int)length);
    char *label = NULL, *header = NULL;
    uint8_t *der = NULL;
    long size;
    bool some = false;
    if (bio)
        no(r, "expected PEM of a CERTIFICATE or a CMS message, got neither", "");
    while (bio && PEM_read_bio(bio, &label, &header, &der, &size)) {
        if (!strcmp(label, "CERTIFICATE") || !strcmp(label, "CMS") || !strcmp(label, "PKCS7"))
            some |= add_der(r, der, (size_t)size);
        OPENSSL_free(label), OPENSSL_free(header), OPENSSL_free(der);
        label = header = NULL, der = NULL;
    }
    BIO_free(bio);
    return some;
}

bool sig_envelopes_read(const uint8_t *file, size_t length, const uint8_t *content, size_t content_length,
                        SigEnvelopes *envelopes, SigWhy *why)
{
    assert((file || !length) && envelopes && why);
    *envelopes = (SigEnvelopes){ NULL, 0 };
    Reader r = { envelopes, content, content_length, why };
    const SigForm form = length < INT32_MAX ? sig_form_of(file, length) : SIG_FORM_RAW;
    bool good = false;
    if (form == SIG_FORM_PEM) {
        good = add_pem(&r, file, length);
    } else if (form == SIG_FORM_DER) {
        good = add_der(&r, file, length);
    } else if (form == SIG_FORM_HEX || form == SIG_FORM_BASE64) {
        size_t size;
        uint8_t *bytes = sig_text_read(file, length, form, &size, why);
        good = bytes && add_der(&r, bytes, size);
        free(bytes);
    } else {
        no(&r, "expected a certificate or a CMS message, got bytes that are neither DER nor PEM", "");
    }
    ERR_clear_error();
    return good;
}

void sig_envelopes_free(SigEnvelopes *envelopes)
{
    for (size_t i = 0; i < envelopes->count; i++)
        free(envelopes->all[i].signature), free(envelopes->all[i].message);
    free(envelopes->all);
    *envelopes = (SigEnvelopes){ NULL, 0 };
}
