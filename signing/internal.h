/* What the files of the signing core share. Not for other folders: those include signing/signing.h.
 *
 * Layers, each using only those before it:
 *   table.c   the parameter sets and their names
 *   hash.c    one message or many messages of equal length (lanes), through libcrypto or the lanes of lanes.h
 *   chains.c  chains of one-time keys, dealt out to lanes
 *   lms.c     LM-OTS and the nodes of an LMS tree
 *   wots.c    WOTS+ and the nodes of an XMSS tree
 *   onetime.c chooses between these two; digits, which both have
 *   cache.c   blobs by digest, with a memory bound
 *   disk.c    parts of trees in files
 *   tree.c    building trees over threads, keeping them, authentication paths
 *   stream.c  LMS, HSS, XMSS, XMSS^MT signatures from these: the public functions
 *   many.c    many signatures verified side by side
 *   layers.c  what a signature is made of; link.c: two one-time signatures of one leaf (layers.h)
 *   formats.c keys and signatures in files (formats.h)
 *   envelope.c signatures that come with what they sign: certificates, CMS (envelope.h)
 *   guess.c   what of a seed makes the key
 */
#ifndef SIGNING_INTERNAL_H
#define SIGNING_INTERNAL_H

#include "signing/formats.h"
#include "signing/lanes.h"
#include "signing/layers.h"
#include "signing/signing.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

enum {
    SIG_MAX_N = 64,          /* bytes of a node */
    SIG_MAX_CHAINS = 265,    /* LM-OTS W1, n = 32 */
    SIG_MAX_LEVELS = 12,     /* XMSSMT 60/12 */
    SIG_MAX_KEY = 3 * 64,    /* bytes of a private seed */
    SIG_MAX_HEIGHT = 25,     /* of one tree */
    SIG_BATCH = 32,          /* leaves made at a time: as many as there are lanes */
    SIG_I = 16               /* bytes of the identifier of an LMS key */
};

typedef enum { SIG_SHA256, SIG_SHA512, SIG_SHAKE128, SIG_SHAKE256 } SigHash;
typedef enum { SIG_LMS, SIG_HSS, SIG_XMSS, SIG_XMSSMT } SigScheme;

struct SigSet {
    const char *name;
    SigScheme scheme;
    SigHash hash;
    unsigned n;      /* bytes of a hash value */
    unsigned pad;    /* XMSS: bytes of the domain separator */
    unsigned height; /* total; of an HSS set the sum */
    unsigned levels; /* trees on the way from a leaf to the root */
    unsigned w;      /* bits of a digit */
    unsigned chains; /* LM-OTS p, WOTS+ len */
    unsigned shift;  /* LM-OTS ls */
    uint32_t type;   /* LMS typecode or XMSS OID */
    uint32_t ots;    /* LM-OTS typecode */
    const struct SigSet *level[8]; /* HSS only, top first */
};

/* ---- hash.c ------------------------------------------------------------------------------------------------------ */

/* Per-thread tools of one operation: contexts and scratch, allocated once so that no loop allocates. */
typedef struct {
    SigHash hash;
    const SigLanes *lanes;
    const EVP_MD *md; /* all but SHA-256 */
    EVP_MD_CTX *context;
    SHA256_CTX sha256; /* SHA-256: a third of the cost of EVP for short messages */
    size_t room;
    uint8_t scratch[] __attribute__((aligned(16))); /* room bytes, zeroised by sig_work_free */
} SigWork;

/* Overwrites the stack below the caller, where lanes (about 20 KB deep) or single hashes may have left secrets. */
void sig_burn_lanes(void);
void sig_burn_hash(void);

/* NULL when out of memory. */
SigWork *sig_work_new(SigHash hash, size_t room);
void sig_work_free(SigWork *work);

/* Without a work: SHA-256, cut to n bytes. */
void sig_sha256(const uint8_t *in, size_t length, uint8_t *out, size_t n);
/* One message; out gets n bytes. */
void sig_hash(SigWork *work, const uint8_t *in, size_t length, uint8_t *out, size_t n);

/* count messages of equal length, at in, in + in_stride, ...; n bytes each to out, out + out_stride, ... The outputs
 * may overlay the inputs only where each output lies within its own input. */
void sig_hash_many(SigWork *work, const uint8_t *in, size_t in_stride, size_t length, uint8_t *out, size_t out_stride,
                   size_t n, size_t count);

/* The state of SHA-256 after one block. */
void sig_sha256_block(const uint8_t block[64], uint32_t state[8]);

/* A message in pieces. */
void sig_hash_begin(SigWork *work);
void sig_hash_update(SigWork *work, const uint8_t *in, size_t length);
void sig_hash_end(SigWork *work, uint8_t *out, size_t n);

/* Big-endian numbers. */
static inline void sig_put(uint8_t *out, uint64_t value, unsigned bytes)
{
    while (bytes--) {
        out[bytes] = (uint8_t)value;
        value >>= 8;
    }
}

static inline uint64_t sig_get(const uint8_t *in, unsigned bytes)
{
    uint64_t value = 0;
    while (bytes--)
        value = value << 8 | *in++;
    return value;
}

/* ---- one-time keys and leaves --------------------------------------------------------------------------------------- */

/* A tree whose leaves are one-time keys. secret may be NULL when verifying. */
typedef struct {
    const SigSet *set;     /* LMS, XMSS or XMSSMT */
    unsigned height;       /* of this tree */
    const uint8_t *secret; /* LMS: SEED; XMSS: SK_SEED */
    const uint8_t *open;   /* LMS: I; XMSS: PUB_SEED */
    uint32_t layer;        /* XMSS */
    uint64_t tree;         /* XMSS */
} SigTree;

/* A chain of a one-time key: value (n bytes) goes `steps` steps on from `from`. Step -1 makes the start from the
 * secret. */
typedef struct {
    uint32_t leaf;
    uint16_t chain;
    int16_t from;
    uint16_t steps;
    uint8_t *value;
} SigChain;

typedef enum { SIG_CHAINS_LMS, SIG_CHAINS_LMS_SHAKE, SIG_CHAINS_WOTS } SigChains;

/* chains.c; the rounds that all lanes share, from the other constants (SHA-256). */
void sig_set_early(SigColumns *x, SigChains kind);
/* Runs chains in lanes (with from = -1 either all or none). x: columns whose constants are set, left with chain
 * values in them. secret: what chains with from = -1 start with (LM-OTS), n bytes. */
void sig_run_chains(const SigLanes *lanes, SigColumns *x, SigChains kind, const uint8_t *secret, const SigChain *chains,
                    size_t count);

/* The same for hashes that have no lanes for chains, step by step: count <= SIG_BATCH chains, each at a place of its own.
 * first: the place before which nothing is to be done (-1: LM-OTS, 0: WOTS+, whose starts are made elsewhere). */
typedef void SigStep(const SigTree *tree, SigWork *work, const SigChain *const *chains, const int *at, size_t count);
void sig_step_chains(const SigTree *tree, SigWork *work, SigStep *step, int first, const SigChain *chains,
                     size_t count);

/* Scratch that making SIG_BATCH leaves, or one signature, needs. */
size_t sig_leaves_room(const SigSet *set);
size_t sig_one_time_room(const SigSet *set);

/* Leaves first .. first + count - 1 (count <= SIG_BATCH) of the tree, n bytes each. */
void sig_leaves(const SigTree *tree, SigWork *work, uint64_t first, unsigned count, uint8_t *out);
/* Nodes first .. of the level (1 is above the leaves) from 2 * count children. out may be children. */
void sig_parents(const SigTree *tree, SigWork *work, unsigned level, uint64_t first, unsigned count,
                 const uint8_t *children, uint8_t *out);
/* Chain values of a signature of digest (n bytes) at a leaf. */
void sig_one_time_sign(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *digest, uint8_t *out);
/* The leaf's node from such values. */
void sig_one_time_leaf(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *digest, const uint8_t *values,
                       uint8_t *out);
/* The leaf's node from the ends of its chains. */
void sig_one_time_node(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *ends, uint8_t *out);
/* One step of count <= SIG_BATCH chains, each from its own place. */
void sig_one_time_step(const SigTree *tree, SigWork *work, const SigChain *const *chains, const int *at, size_t count);
/* The digits of a digest and of its checksum: RFC 8554 sections 3.1.3 and 4.4; RFC 8391 Algorithms 1 and 5. */
void sig_digits(const SigSet *set, const uint8_t *digest, uint8_t *digit);
void sig_checksum_digits(const SigSet *set, unsigned sum, uint8_t *digit); /* those of the checksum alone */
static inline unsigned sig_digest_chains(const SigSet *set)
{
    return 8 * set->n / set->w;
}
/* The root from the node of level `from` (0: the leaf's) above a leaf, and the leaf's path (height nodes). */
void sig_climb(const SigTree *tree, SigWork *work, uint32_t leaf, unsigned from, const uint8_t *node, const uint8_t *path,
               uint8_t *root);

/* One-time signatures of one tree, followed to its root side by side: count <= SIG_BATCH. */
typedef struct {
    uint32_t leaf;
    const uint8_t *digest, *values, *path;
    uint8_t *root; /* n bytes; may be digest */
} SigWay;
void sig_roots(const SigTree *tree, SigWork *work, SigWay *const *ways, unsigned count);
/* chains that lead from the digits of each way to the ends, longest first, so that neighbours end together: for sig_roots.
 * values + i * stride is where the chains of way i are. */
size_t sig_order_ways(const SigSet *set, SigWay *const *ways, unsigned count, uint8_t *values, size_t stride, SigChain *chains);

/* A node and its sibling in their order. */
static inline void sig_put_pair(bool right, const uint8_t *node, const uint8_t *sibling, size_t n, uint8_t *pair)
{
    memcpy(pair + (right ? n : 0), node, n);
    memcpy(pair + (right ? 0 : n), sibling, n);
}

/* lms.c; derive: secret values of the form of RFC 8554 Appendix A, H(I || u32(q) || u16(i) || 0xff || SEED). */
void sig_lms_derive(const SigTree *tree, SigWork *work, uint32_t q, uint16_t i, uint8_t *out, size_t n);
size_t sig_lms_leaves_room(const SigSet *set);
size_t sig_lms_one_time_room(const SigSet *set);
void sig_lms_leaves(const SigTree *tree, SigWork *work, uint64_t first, unsigned count, uint8_t *out);
void sig_lms_parents(const SigTree *tree, SigWork *work, unsigned level, uint64_t first, unsigned count,
                     const uint8_t *children, uint8_t *out);
void sig_lms_climb(const SigTree *tree, SigWork *work, uint32_t leaf, unsigned from, const uint8_t *node,
                   const uint8_t *path, uint8_t *root);
void sig_lms_sign(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *digest, uint8_t *out);
void sig_lms_leaf(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *digest, const uint8_t *values,
                  uint8_t *out);
void sig_lms_node(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *ends, uint8_t *out);
void sig_lms_roots(const SigTree *tree, SigWork *work, SigWay *const *ways, unsigned count);
void sig_lms_step(const SigTree *tree, SigWork *work, const SigChain *const *chains, const int *at, size_t count);
/* wots.c; randomiser: r of a signature, PRF(SK_PRF, toByte(index, 32)). */
void sig_xmss_randomiser(const SigSet *set, SigWork *work, const uint8_t *prf_key, uint64_t index, uint8_t *out);
size_t sig_xmss_leaves_room(const SigSet *set);
size_t sig_xmss_one_time_room(const SigSet *set);
void sig_xmss_leaves(const SigTree *tree, SigWork *work, uint64_t first, unsigned count, uint8_t *out);
void sig_xmss_parents(const SigTree *tree, SigWork *work, unsigned level, uint64_t first, unsigned count,
                     const uint8_t *children, uint8_t *out);
void sig_xmss_climb(const SigTree *tree, SigWork *work, uint32_t leaf, unsigned from, const uint8_t *node,
                    const uint8_t *path, uint8_t *root);
void sig_xmss_sign(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *digest, uint8_t *out);
void sig_xmss_leaf(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *digest, const uint8_t *values,
                  uint8_t *out);

void sig_xmss_node(const SigTree *tree, SigWork *work, uint32_t leaf, const uint8_t *ends, uint8_t *out);
void sig_xmss_roots(const SigTree *tree, SigWork *work, SigWay *const *ways, unsigned count);
void sig_xmss_step(const SigTree *tree, SigWork *work, const SigChain *const *chains, const int *at, size_t count);

/* stream.c; where the hash of a message begins. */
void sig_lms_message(const SigTree *tree, SigWork *work, uint32_t q, const uint8_t *c);
void sig_xmss_message(const SigSet *set, SigWork *work, const uint8_t *r, const uint8_t *root, uint64_t index);

/* layers.c; the tree of a layer, the root in its key, and whether the node of level `from` above its leaf leads to it by that
 * path. */
SigTree sig_layer_tree(const SigLayer *layer);
const uint8_t *sig_layer_root(const SigLayer *layer);
/* Does the layer's one-time signature lead from the digest to its key? The uses on the way are noted, if use is not NULL. */
typedef struct {
    SigUse *use;
    unsigned count;
} SigUses;
bool sig_layer_leads(const SigLayer *layer, unsigned layers, unsigned which, SigWork *work, const uint8_t *digest,
                     SigUses *uses);
bool sig_layer_reaches(const SigLayer *layer, unsigned layers, unsigned which, SigWork *work, unsigned from,
                       const uint8_t *node, const uint8_t *path);

/* formats.c; by the OID's dotted text; the bytes of a text (hexadecimal or base64) in a fresh buffer; NULL and why. */
SigNamed sig_named(const char *oid);
uint8_t *sig_text_read(const uint8_t *file, size_t length, SigForm form, size_t *size, SigWhy *why);

/* table.c; by their codes, NULL if there is none. */
const SigSet *sig_lms_set(uint32_t type, uint32_t ots);
const SigSet *sig_xmss_set(SigScheme scheme, uint32_t oid);

/* ---- cache.c --------------------------------------------------------------------------------------------------------- */

enum { SIG_KEY = 32 };
typedef struct SigBlob SigBlob;
typedef struct SigDisk SigDisk;
typedef SigStatus SigBuild(void *context, uint8_t *data);

/* The blob of that key, made with build if it is not there (once, even if several threads ask). Held until released. */
SigStatus sig_cache_get(SigCache *cache, const uint8_t *key, size_t size, SigBuild *build, void *context,
                        SigBlob **blob);
const uint8_t *sig_blob_data(const SigBlob *blob);
void sig_cache_release(SigCache *cache, SigBlob *blob);
size_t sig_cache_limit(const SigCache *cache);
SigDisk *sig_cache_disk(const SigCache *cache); /* NULL: none */

/* ---- disk.c ---------------------------------------------------------------------------------------------------------- */

/* The part of a tree between the levels base (its own leaves) and base + height (its root): see tree.c. */
typedef struct {
    const SigTree *tree;
    const SigControl *control; /* may be NULL */
    unsigned base, height;
    uint64_t index; /* number of this slab among those of its kind */
} SigSlab;

SigDisk *sig_disk_new(const char *folder, uint64_t limit);
void sig_disk_free(SigDisk *disk);
int sig_disk_error(SigDisk *disk);
/* The lowest level of a slab (2^height nodes) and its root, if there is a file with a good tag. On false nodes are as
 * they were. */
bool sig_disk_load(SigDisk *disk, const SigSlab *slab, uint8_t *nodes, uint8_t *root);
/* Keeps them, if it can. */
void sig_disk_save(SigDisk *disk, const SigSlab *slab, const uint8_t *nodes, const uint8_t *root);

/* ---- tree.c ---------------------------------------------------------------------------------------------------------- */

/* The root (n bytes) and the authentication path of a leaf (height * n bytes); each may be NULL. */
SigStatus sig_tree_path(SigCache *cache, const SigTree *tree, const SigControl *control, uint64_t leaf, uint8_t *path,
                        uint8_t *root);
/* sig_one_time_sign, remembered: for what is signed again and again, the root of a lower tree. */
SigStatus sig_tree_one_time(SigCache *cache, const SigTree *tree, uint32_t leaf, const uint8_t *digest, uint8_t *out);

#endif
