/* Signatures that come with what they sign: certificates (the message is the TBSCertificate), and CMS SignedData (the message
 * is the content, or the signed attributes as a SET where there are any: RFC 5652 section 5.4). RFC 9802, RFC 9708.
 *
 * Read at the level of ASN.1, since OpenSSL 3.0 has none of these algorithms. DER, its hexadecimal digits, or PEM with any
 * number of blocks. Thread safe.
 */
#ifndef SIGNING_ENVELOPE_H
#define SIGNING_ENVELOPE_H

#include "signing/formats.h"

typedef struct {
    uint8_t *signature, *message; /* message: NULL if it is not inside and was not given */
    size_t length, message_length;
    SigNamed named;
    bool other_content; /* CMS: the digest of the content among the signed attributes is that of another content */
} SigEnvelope;

typedef struct {
    SigEnvelope *all;
    size_t count;
} SigEnvelopes;

/* content: what a CMS message without content signs, or NULL. False and why: no such file, nothing in it that is signed with
 * HSS, XMSS or XMSS^MT, or no memory. To be freed in any case. */
bool sig_envelopes_read(const uint8_t *file, size_t length, const uint8_t *content, size_t content_length,
                        SigEnvelopes *envelopes, SigWhy *why);
void sig_envelopes_free(SigEnvelopes *envelopes);

#endif
