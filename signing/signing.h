/* The signing core: stateful hash-based signatures with the leaf chosen by the caller.
 *
 * Schemes: LMS (RFC 8554, RFC 9858, SP 800-208), HSS with 1 to 8 levels (RFC 8554 section 6), XMSS and XMSS^MT
 * (RFC 8391, SP 800-208). Hashing is libcrypto's, or own lanes that are checked against it.
 *
 * Stateless by design: every function is a pure function of (set, seed, index, message). Nothing here remembers which
 * indices were used; signing two messages at one index breaks the key. That is the caller's work (the protocol's).
 *
 * Determinism: the same set, seed, index and message give the same bytes, whatever the cache, lanes or threads.
 *
 * Private seeds (sig_set_seed_size() bytes):
 *   LMS            SEED (n bytes) || I (16 bytes)
 *   HSS            the same, of the top level; lower levels follow (see below)
 *   XMSS, XMSS^MT  SK_SEED || SK_PRF || PUB_SEED (n bytes each)
 * Derived values:
 *   LM-OTS x_q[i] = H(I || u32(q) || u16(i) || 0xff || SEED), RFC 8554 Appendix A; the randomiser C has the same form
 *   with i = 0xfffd. C depends on the seed and the index only, not on the message (as the r of XMSS does: RFC 8391
 *   section 4.1.9): two messages signed at one index share C, and the key at that index is then broken anyway.
 *   HSS: the tree below leaf q of a tree (SEED, I) has SEED' (i = 0xfffe, cut to n) and I' (i = 0xffff, cut to 16).
 *   XMSS: sk[i] = PRF_keygen(SK_SEED, PUB_SEED || ADRS), SP 800-208 section 6.2; r = PRF(SK_PRF, toByte(index, 32)).
 *
 * Encodings, in and out, are the standard ones: RFC 8554 sections 5.3, 5.4, 6.1, 6.2; RFC 8391 sections 4.1.7, 4.1.8,
 * 4.2.3 and appendix B.
 *
 * Names: "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8" (IANA's two names with a slash), "XMSS-SHA2_10_256",
 * "XMSSMT-SHA2_20/2_256", and for HSS "HSS:" followed by 1 to 8 LMS names, top level first, separated by commas. All
 * levels of an HSS set have the same hash function and n (SP 800-208 section 4).
 *
 * Threads: everything may be called from any thread; a SigCache may be shared, a SigStream not.
 * Units: lengths in bytes, memory limits in bytes. Ownership: buffers are the caller's. Nothing returned by sig_set_*
 * is to be freed: sets live as long as the process.
 */
#ifndef SIGNING_SIGNING_H
#define SIGNING_SIGNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct SigSet SigSet;       /* one parameter set */
typedef struct SigCache SigCache;   /* trees, shared, with a memory bound */
typedef struct SigStream SigStream; /* a signature being made or checked over a message that comes in pieces */

typedef enum {
    SIG_OK = 0,
    SIG_UNKNOWN_SET,        /* no set of that name */
    SIG_INDEX_OUT_OF_RANGE, /* index >= capacity, when signing */
    SIG_BAD_LENGTH,         /* public key or signature of another length than the set's */
    SIG_WRONG_TYPE,         /* a type code (or number of levels) inside is not the set's */
    SIG_BAD_INDEX,          /* the leaf named in the signature does not exist in the set */
    SIG_INVALID,            /* well formed, but not a signature of this message under this key */
    SIG_NO_MEMORY,
    SIG_INTERRUPTED, /* the progress function said so */
    SIG_FAILED       /* libcrypto failed; never seen */
} SigStatus;

/* A short English text, never NULL, static. */
const char *sig_status_text(SigStatus status);

/* ---- sets ------------------------------------------------------------------------------------------------------ */

/* NULL if unknown; then *near (if near is not NULL) is set to the closest known name (static). */
const SigSet *sig_set_find(const char *name, const char **near);
/* The sets of the table (all but the composed HSS ones), by number; NULL past the end. */
const SigSet *sig_set_at(size_t number);
const char *sig_set_name(const SigSet *set);
uint64_t sig_set_capacity(const SigSet *set); /* number of one-time keys, at most 2^63 - 1 */
size_t sig_set_seed_size(const SigSet *set);
size_t sig_set_public_size(const SigSet *set);
size_t sig_set_signature_size(const SigSet *set);
/* Where the set is defined, e.g. "RFC 8554 section 5.1"; static. */
const char *sig_set_source(const SigSet *set);

/* ---- trees ----------------------------------------------------------------------------------------------------- */

/* Keeps the trees of keys (public nodes only, never a seed: entries are found by a digest of it). When limit_bytes is
 * reached the least recently used go. A tree bigger than a quarter of the limit keeps its upper levels only, and the
 * part around a leaf is made again when needed. NULL when out of memory. */
SigCache *sig_cache_new(size_t limit_bytes);
void sig_cache_free(SigCache *cache);
/* Bytes held now. */
size_t sig_cache_bytes(SigCache *cache);
/* Keeps trees also in files in that folder, for other processes; made when needed, for the user alone (0700, files
 * 0600). To be called once, before the cache is used. Off unless called. Files hold public nodes only, and their names
 * say nothing of the seed; a file is used if its HMAC under a key made of the seed, its recomputed root and a leaf
 * chosen by chance agree, otherwise it is made anew. Every file counts as 64 KiB at least; when limit_bytes would be
 * passed the least recently used go. See docs/signing.md, "Trees on disk". False when out of memory. */
bool sig_cache_set_folder(SigCache *cache, const char *folder, uint64_t limit_bytes);
/* The errno of the first file that could not be written, or 0. Never in the way of a key or a signature. */
int sig_cache_folder_error(SigCache *cache);

/* How a long computation runs. jobs: threads (0 means one for each processor). progress is called now and then, from
 * one thread at a time but not always the same, with leaves done and leaves to do; false stops it with
 * SIG_INTERRUPTED. */
typedef struct {
    unsigned jobs;
    bool (*progress)(void *data, uint64_t done, uint64_t total);
    void *data;
} SigControl;

/* ---- keys and signatures ---------------------------------------------------------------------------------------- */

/* In all of these the cache may be NULL (then trees are made and forgotten), and so may control (one thread, no
 * progress). vk and signature have room for the sizes of the set; on an error they are filled with zeros. */
SigStatus sig_public(SigCache *cache, const SigSet *set, const uint8_t *seed, uint8_t *vk);
SigStatus sig_public_with(SigCache *cache, const SigSet *set, const uint8_t *seed, const SigControl *control,
                          uint8_t *vk);
SigStatus sig_sign(SigCache *cache, const SigSet *set, const uint8_t *seed, uint64_t index, const uint8_t *message,
                   size_t length, uint8_t *signature);
SigStatus sig_verify(const SigSet *set, const uint8_t *vk, size_t vk_length, const uint8_t *message, size_t length,
                     const uint8_t *signature, size_t signature_length);

/* sig_verify for many signatures of one set. Those of one tree are verified side by side, so that the lanes stay full: about
 * what the hashes alone cost. The order does not matter. */
typedef struct {
    const uint8_t *vk, *message, *signature;
    size_t vk_length, length, signature_length; /* length: of the message */
    SigStatus status;                           /* set */
} SigCheck;
void sig_verify_many(const SigSet *set, SigCheck *checks, size_t count);

/* One use of a one-time key by a signature: digests (SHA-256) of the one-time public key as it follows from the signature,
 * of what it signed (the message's digest, or what a layer says of the tree below) and of the one-time signature's bytes.
 * Equal bytes are one use; a key with two uses is broken (SP 800-208, section 1.1). Keys are told by their leaves, so that
 * equal one-time public keys at different indices are one key. For LMS and HSS that is what an attacker can use: I and q
 * are part of the leaf. For XMSS^MT it is not all: secrets that repeat at other addresses give other public keys. */
typedef struct {
    uint8_t key[32], what[32], bytes[32];
} SigUse;
enum { SIG_USES = 12 };
/* As sig_verify; with SIG_OK also the uses, one for each layer in the order of the signature's bytes. */
SigStatus sig_uses(const SigSet *set, const uint8_t *vk, size_t vk_length, const uint8_t *message, size_t length,
                   const uint8_t *signature, size_t signature_length, SigUse use[SIG_USES], unsigned *uses);

/* Bound seeds: those that the public key fixes, for whoever hands keys on and must know that both sides have the same. In a
 * private seed of XMSS and XMSS^MT the public key says nothing of SK_PRF (RFC 8391 section 4.1.7): with another one the same
 * key makes other signatures. So
 *   LMS, HSS       the private seed itself: I stands in the public key, SEED makes its root, all else follows from them
 *   XMSS, XMSS^MT  SK_SEED || PUB_SEED, and SK_PRF = the first n bytes of HMAC-SHA-512(SK_SEED; "ucsim SK_PRF of a bound
 *                  seed" || 0 || PUB_SEED). RFC 8391 section 4.1.11 lets private keys be made so; the label is ours. */
size_t sig_bound_seed_size(const SigSet *set);
/* The private seed; false only when libcrypto fails. */
bool sig_bound_seed_expand(const SigSet *set, const uint8_t *bound, uint8_t *seed);
/* For attackers, who have a part of one: so many bytes at its beginning (SEED, SK_SEED) are secret; */
size_t sig_bound_seed_secret(const SigSet *set);
/* the others stand in the public key (I, PUB_SEED), and are filled in here. */
void sig_bound_seed_complete(const SigSet *set, const uint8_t *vk, uint8_t *bound);

/* And of HSS, who meet the trees below the top: the set of the levels from `level` (1 and more) on; NULL: it has no such level. */
const SigSet *sig_lower_set(const SigSet *set, unsigned level);
/* Where in a signature the signatures of these levels begin; their public key (without the number of levels) ends there. */
size_t sig_lower_offset(const SigSet *set, unsigned level);
/* The seed, as the lower set takes it (at most SIG_LOWER_SEED bytes), of the tree on the way to an index. */
enum { SIG_LOWER_SEED = 48 };
void sig_lower_seed(const SigSet *set, const uint8_t *seed, uint64_t index, unsigned level, uint8_t *out);

/* The same with the message in pieces: begin, update as often as wanted, end. begin sets *stream to NULL on an error.
 * end frees the stream, whatever it returns; sig_stream_free gives up without a result (NULL is fine). */
SigStatus sig_sign_begin(SigCache *cache, const SigSet *set, const uint8_t *seed, uint64_t index,
                         const SigControl *control, SigStream **stream);
SigStatus sig_verify_begin(const SigSet *set, const uint8_t *vk, size_t vk_length, const uint8_t *signature,
                           size_t signature_length, SigStream **stream);
void sig_stream_update(SigStream *stream, const uint8_t *data, size_t length);
SigStatus sig_sign_end(SigStream *stream, uint8_t *signature);
SigStatus sig_verify_end(SigStream *stream);
void sig_stream_free(SigStream *stream);

#endif
