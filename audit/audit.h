/* Audits of stateful signatures: did any one-time key sign twice?
 *
 * Takes public keys and the signatures that were released, and compares one-time keys, never indices: LMS and HSS (I, q) at
 * every layer, XMSS and XMSS^MT (PUB_SEED, layer, tree, leaf). Two uses are one use exactly when the bytes of the one-time
 * signature are equal. Two that differ are a proof when both are genuine: verified, or linked (signing/layers.h). What is
 * neither is damaged or forged, and no reuse: otherwise a file of junk would accuse a module.
 * Sources: RFC 8554, RFC 8391, SP 800-208; RFC 10033 section 4 for the auditor who has all signatures.
 *
 * Deterministic: the same inputs in the same order give the same findings. Memory: about 150 bytes for a signature, whatever
 * its size; files are read again when two uses differ. Not thread safe. Strings handed in are copied.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Audit Audit;

typedef enum { AUDIT_PROOF, AUDIT_INDICATION, AUDIT_INFORMATION } AuditClass;

/* What is known of a signature besides its bytes. */
typedef struct {
    const char *key;        /* name of its public key's file, or NULL: every key is tried */
    const char *module;     /* who made it, or NULL */
    const char *message;    /* file with the message, or NULL */
    const uint8_t *signs;   /* the message's bytes themselves (a product that signs digests), or NULL */
    size_t signs_length;
    const char *digest;     /* something that is equal for equal messages, or NULL; verifies nothing */
    int64_t time;           /* milliseconds; AUDIT_NO_TIME */
    const char *place;      /* "manifest:line" for errors, or NULL */
} AuditNote;
#define AUDIT_NO_TIME INT64_MIN

typedef struct {
    AuditClass class;
    const char *kind; /* static, one word with hyphens */
    char *text;       /* one line */
    char *subject;    /* key, layer and leaf, or a module, or a file; may be NULL */
    double bits;      /* proof: a forgery costs 2^bits hashes (sig_forgery_bits); NAN if it does not apply */
    int proof;        /* number of the bundle, or -1 */
} AuditFinding;

Audit *audit_new(void);
void audit_free(Audit *audit);

/* A public key in a file of any form; the same key twice is an information. False: not a key, or cannot be read. */
bool audit_add_key(Audit *audit, const char *path, GError **error);
/* A file with signatures, one or many in a row; "-" is standard input. What is no signature of any key becomes a finding.
 * False: cannot be read, or the note names what is not there. */
bool audit_add_file(Audit *audit, const char *path, const AuditNote *note, GError **error);
/* A folder, in order of names and with what is in it; what in it cannot be read becomes a finding. Files and folders that come
 * again, under whatever name, are gone through once; a note for one that was read is an error. */
bool audit_add_folder(Audit *audit, const char *path, GError **error);
/* Signatures listed in a file: docs/audit.md, "The manifest". Errors are "FILE:LINE: expected X, got Y". */
bool audit_add_manifest(Audit *audit, const char *path, GError **error);
/* Bytes that are at hand, for benches: signatures one behind the other, which have to stay where they are. */
bool audit_add_bytes(Audit *audit, const char *name, const uint8_t *bytes, size_t length, GError **error);

/* "NAME=[a,b)": the module may use these indices. "NAME=N": it says that so many are left. For audits of a single key. */
bool audit_set_owned(Audit *audit, const char *text, GError **error);
bool audit_set_remaining(Audit *audit, const char *text, GError **error);

/* Reads what an earlier audit of the same keys left, if the file is there; files it has seen are passed over: by path, length
 * and time of change without reading them, or else by their contents. Before any signature. */
bool audit_load_ledger(Audit *audit, const char *path, GError **error);
/* To be written to the ledger at `path`, which paths in it are relative to; g_free. */
char *audit_ledger(const Audit *audit, const char *path, size_t *length);

/* Books, modules and times; after this nothing is added. */
void audit_finish(Audit *audit);
size_t audit_findings(const Audit *audit);
const AuditFinding *audit_finding(const Audit *audit, size_t number);
size_t audit_signatures(const Audit *audit);
size_t audit_memory(const Audit *audit); /* bytes of the tables */
bool audit_has_proof(const Audit *audit);
/* Tells of every signature of a key in hand, in the order of their indices and each index once; `name`: "FILE" or "FILE#3". */
void audit_in_hand(const Audit *audit, size_t key, void (*tell)(void *data, uint64_t index, const char *name), void *data);
/* The public key, without what it is wrapped in. */
const uint8_t *audit_key_bytes(const Audit *audit, size_t key, size_t *length);
/* One-time keys with a second use that could not be held against the first, because that cannot be read any more. */
size_t audit_undecided(const Audit *audit);

/* What a person reads, all of it as JSON, and a picture of a key as SVG (NULL: no such key). g_free. */
char *audit_text(const Audit *audit);
char *audit_json(const Audit *audit);
char *audit_picture(const Audit *audit, size_t key);
size_t audit_keys(const Audit *audit);
/* A folder for each proof, proof-1 and so on, in `folder`, which is made. */
bool audit_write_bundles(const Audit *audit, const char *folder, GError **error);

#endif
