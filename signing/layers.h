/* What a signature is made of: one one-time signature for each layer, and what follows from two of one leaf. For audits, and
 * for whoever looks into signatures; nothing here needs a secret.
 *
 * Sources: RFC 8554 sections 4.5, 4.6, 5.4, 6.2; RFC 8391 sections 3.1, 4.1.8, 4.2.3.
 * Ownership: a SigLayer points into the key and the signature it was made of. Thread safe.
 */
#ifndef SIGNING_LAYERS_H
#define SIGNING_LAYERS_H

#include "signing/signing.h"

enum { SIG_LAYERS = 12, SIG_DIGEST = 64 }; /* most layers; bytes of the longest digest */

typedef struct {
    const SigSet *set;         /* LMS, HSS: that of the level; XMSS, XMSS^MT: that of the signature */
    unsigned layer;            /* in the order of the signature's bytes: LMS, HSS from the top, XMSS^MT from the bottom */
    uint64_t tree;             /* XMSS^MT: number of the tree in its layer, otherwise 0 */
    uint32_t leaf;             /* in that tree */
    const uint8_t *key;        /* LMS, HSS: public key of the level, 24 + n bytes; XMSS, XMSS^MT: of the signature */
    const uint8_t *randomiser; /* C, or r in the lowest layer; NULL in the other layers of XMSS^MT */
    const uint8_t *values;     /* the one-time signature: sig_layer_bytes() */
    const uint8_t *path;
    const uint8_t *below;      /* HSS: the public key that this layer signs; NULL in the lowest, and for all others */
    size_t below_length;
} SigLayer;

/* The layers of a signature; SIG_BAD_LENGTH, SIG_WRONG_TYPE, SIG_BAD_INDEX as sig_verify. Nothing is hashed. */
SigStatus sig_layers(const SigSet *set, const uint8_t *vk, size_t vk_length, const uint8_t *signature, size_t length,
                     SigLayer layer[SIG_LAYERS], unsigned *layers);
/* Which of them signs the message. */
unsigned sig_layers_bottom(const SigLayer *layer, unsigned layers);
/* The index over all layers, as sig_sign takes it; the largest number there is when it has more than 64 bits. */
uint64_t sig_layers_index(const SigLayer *layer, unsigned layers);
size_t sig_layer_bytes(const SigLayer *layer);    /* of the one-time signature */
size_t sig_layer_digest_size(const SigLayer *layer);
/* The public value that all one-time keys of the tree depend on (I, PUB_SEED), and its length. */
const uint8_t *sig_layer_identifier(const SigLayer *layer, size_t *length);

/* What the lowest layer signs for a message. */
SigStatus sig_layers_digest(const SigLayer *layer, unsigned layers, const uint8_t *message, size_t length,
                            uint8_t digest[SIG_DIGEST]);
/* What an upper layer of HSS signs: the digest of the key below. */
SigStatus sig_layer_below_digest(const SigLayer *layer, uint8_t digest[SIG_DIGEST]);
/* From what the lowest layer signed, true or not, to what layer `which` of XMSS^MT signed (a root), and the leaf that its
 * one-time signature leads to: the same leaf is the same one-time key. For LMS and HSS `which` is the lowest. */
SigStatus sig_layer_trace(const SigLayer *layer, unsigned layers, unsigned which, const uint8_t *bottom,
                          uint8_t digest[SIG_DIGEST], uint8_t leaf[SIG_DIGEST]);
/* SIG_OK if the one-time signature of layer `which` is one of digest under its key: LMS, HSS: the key of that level;
 * XMSS^MT: the layers between it and the root must be right too. Otherwise SIG_INVALID, or SIG_NO_MEMORY. */
SigStatus sig_layer_holds(const SigLayer *layer, unsigned layers, unsigned which, const uint8_t *digest);

/* Two signatures of different indices, taken apart with one key that may be theirs: where their ways to the root meet, each has
 * the other's node in its path, so both paths together lead to the root without any message. True: to that of the key; then
 * paths (and for XMSS^MT the upper layers of a) are of this key. Of HSS the top level counts. False also without memory. */
bool sig_layers_meet(const SigLayer *a, const SigLayer *b, unsigned layers);

/* sig_layer_holds for many: one-time signatures of one tree are followed side by side in the lanes, whatever the order here. */
typedef struct {
    const SigLayer *layer;
    unsigned layers, which;
    const uint8_t *digest;
    SigStatus status; /* set */
} SigHold;
void sig_layers_hold_many(SigHold *holds, size_t count);

/* What a set is made of, for those who compute by themselves. */
typedef struct {
    const char *hash; /* "sha256", "sha512", "shake128", "shake256" */
    unsigned w, chains, shift, pad, tree_height; /* of LM-OTS, WOTS+; of one tree */
} SigSetShape;
SigSetShape sig_set_shape(const SigSet *set);

/* ---- two one-time signatures of one leaf ---- */

typedef enum {
    SIG_LINK_PROVEN,  /* both are genuine: digests recovered, chains end in the key */
    SIG_LINK_APART,   /* no such chains: one of the two, or both, is not of this leaf */
    SIG_LINK_FOREIGN, /* on the same chains, which do not end in this key: made by somebody who has other chains */
    SIG_LINK_OPEN,    /* on the same chains; too many chains have equal values, whose levels stay unknown */
    SIG_LINK_FAILED   /* no memory */
} SigLinkResult;

typedef struct {
    uint8_t a[SIG_DIGEST], b[SIG_DIGEST]; /* proven: what the two signed */
    unsigned equal;                       /* chains with equal values */
} SigLink;

/* Both layers are of one set and one leaf, and their values differ. Walks from one to the other on every chain, solves for
 * the levels with the checksum, and follows the chains up to the key: without that last step anybody could make two files on
 * chains of his own. known: what a signed, if its message is known (sig_layer_holds said so), or NULL.
 * At most about 2^22 hashes, and 2^26 when levels have to be tried. */
SigLinkResult sig_link(const SigLayer *a, const SigLayer *b, unsigned layers, unsigned which, const uint8_t *known,
                       SigLink *link);

/* How many digests have to be tried, as a power of two, until one lies above the lower of the two levels on every chain,
 * checksum included: who has both signatures then signs a message of his choice (with LMS and XMSS the randomiser is free,
 * so that every try costs one hash). Infinite if there is no such digest. count digests of n bytes each, one after the other. */
double sig_forgery_bits(const SigSet *set, const uint8_t *digests, size_t count);

#endif
