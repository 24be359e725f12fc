/* Keys and signatures as they come in files: raw bytes, hexadecimal, base64, PEM, DER, certificates.
 *
 * Public keys: RFC 8554 (HSS, and bare LMS), RFC 8391 (XMSS, XMSS^MT, with their OID), alone or in a SubjectPublicKeyInfo or
 * an X.509 certificate (RFC 9802; the key plain or in an OCTET STRING). Read at the level of ASN.1: OpenSSL 3.0 refuses these
 * types as keys. An HSS key of one level and the bare LMS key in it are the same key: the bare one is what is handed out.
 * Signatures: the standards' bytes or these as a text; of HSS with one level also without the word of levels.
 * Reading is strict: every byte is accounted for. Thread safe. Lengths in bytes.
 */
#ifndef SIGNING_FORMATS_H
#define SIGNING_FORMATS_H

#include "signing/signing.h"

typedef struct {
    char text[256]; /* "expected X, got Y", without the file's name */
} SigWhy;

typedef enum { SIG_FORM_RAW, SIG_FORM_HEX, SIG_FORM_BASE64, SIG_FORM_DER, SIG_FORM_PEM, SIG_FORM_CERTIFICATE } SigForm;
typedef enum { SIG_NAMED_NONE, SIG_NAMED_HSS, SIG_NAMED_XMSS, SIG_NAMED_XMSSMT } SigNamed;

/* What is inside of a file's wrapping. */
typedef struct {
    uint8_t *bytes; /* free() */
    size_t length;
    SigForm form;
    SigNamed named; /* by the OID of DER, PEM and certificates */
} SigContent;

const char *sig_form_name(SigForm form);
/* Takes the wrapping off. False and why: PEM, DER or certificate of something else, or broken; no memory. Everything that
 * is none of the other forms is raw. */
bool sig_content_read(const uint8_t *file, size_t length, SigContent *content, SigWhy *why);
SigForm sig_form_of(const uint8_t *file, size_t length); /* what sig_content_read would take it for; certificates as DER */

/* A public key, and what it leaves open: the sets of the lower levels of HSS, and whether an OID of 4 + 2n bytes means
 * XMSS or XMSS^MT. */
typedef struct {
    const SigSet *lms;             /* of the top level, or NULL */
    unsigned levels;               /* of HSS; 1 for LMS */
    const SigSet *xmss, *xmssmt;   /* either, both, or NULL */
    const uint8_t *bytes;          /* into the content; a bare LMS key if levels is 1 */
    size_t length;
} SigKey;

/* False and why, with both lengths where it is too long or too short. */
bool sig_key_read(const SigContent *content, SigKey *key, SigWhy *why);
/* "LMS_...", "HSS of 2 levels, LMS_... on top", "XMSS-... or XMSSMT-...". */
void sig_key_describe(const SigKey *key, char *text, size_t size);

/* A key and a signature of one set, ready for sig_verify and sig_layers. */
typedef struct {
    const SigSet *set;
    const uint8_t *vk, *signature; /* into what they were made from */
    size_t vk_length, length;
} SigMatch;

/* The set that this key and this signature are of, by their type codes and lengths. False and why: it is no signature that
 * this key can have made, whatever the message. */
bool sig_match(const SigKey *key, const uint8_t *signature, size_t length, SigMatch *match, SigWhy *why);
/* The same for a signature at the front of more bytes: files that hold many, one behind the other. */
bool sig_match_front(const SigKey *key, const uint8_t *bytes, size_t length, SigMatch *match, SigWhy *why);
/* The same where the set is given: both must be of it. A set of HSS with one level also takes the bare key and signature. */
bool sig_match_set(const SigSet *set, const SigKey *key, const uint8_t *signature, size_t length, SigMatch *match,
                   SigWhy *why);

/* The sets that a signature may be of when there is no key: the number-th, or NULL; then, for number 0, why it is none.
 * *skip: bytes before it in front of the signature of that set (the word of levels of HSS with one level). */
const SigSet *sig_signature_set(const uint8_t *signature, size_t length, size_t number, size_t *skip, SigWhy *why);

/* The same for the first of many that stand one behind the other: by its codes, or (XMSS, XMSS^MT) the first set that all
 * bytes may be a row of. */
const SigSet *sig_signature_front(const uint8_t *bytes, size_t length, size_t *skip, SigWhy *why);

/* A key of the set with nothing in it but its codes, for sig_layers without a key: sig_set_public_size() bytes. */
void sig_blank_key(const SigSet *set, uint8_t *vk);

/* The SubjectPublicKeyInfo of a key (RFC 9802); a bare LMS key is made HSS with one level. free(); NULL: no memory. */
uint8_t *sig_key_der(const SigSet *set, const uint8_t *vk, size_t *length);
uint8_t *sig_key_pem(const SigSet *set, const uint8_t *vk, size_t *length);

#endif
