/* What the files of the audit share. Not for other folders.
 *
 *   audit.c     keys, findings, opening and closing
 *   files.c     files, parts of files, folders
 *   again.c     files and signatures of a ledger, found again
 *   whose.c     signatures that may be of several keys
 *   verify.c    signatures with messages, verified side by side
 *   uses.c      the table of one-time keys; pairs that differ
 *   manifest.c  CSV and JSON Lines
 *   books.c     modules, sectors, times, counts
 *   ledger.c    what tomorrow's audit needs
 *   report.c    text and JSON; picture.c: SVG; bundle.c: proofs for others
 */
#ifndef AUDIT_INTERNAL_H
#define AUDIT_INTERNAL_H

#include "audit/audit.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "signing/envelope.h"
#include "signing/formats.h"
#include "signing/layers.h"

enum { AUDIT_OWNER = 16, AUDIT_HASH = 32, NO_ITEM = UINT32_MAX };

typedef struct {
    char *path;
    SigContent content;
    SigKey key;
    const SigSet *set;        /* of the last signature that matched, or NULL */
    uint8_t hash[AUDIT_HASH]; /* of the file */
    uint64_t seen;            /* signatures */
    uint32_t witness[2];      /* signatures of different indices that are surely of it: number + 1; 0 is none */
} AuditKey;

/* What this audit knows of a file: nothing (it is of the ledger, and was not looked at), length and time of change, contents. */
typedef enum { FILE_UNSEEN, FILE_THERE, FILE_READ, FILE_GONE } FileState;
typedef struct {
    char *path;
    const uint8_t *bytes; /* at hand, or NULL */
    int fd;               /* standard input, kept; otherwise -1 */
    FileState state;
    bool untold;              /* it waits for another to tell whose it is: no ledger has it */
    uint32_t item;            /* one of it that the ledger has, number + 1; 0 is none */
    uint32_t same;            /* another file of the ledger with these contents, number + 1; 0 is none */
    uint64_t length, changed; /* nanoseconds */
    uint8_t hash[AUDIT_HASH];
} AuditFile;

typedef struct {
    uint64_t device, inode;
} FileId;

/* Replaced: `index` is the number of the item that has taken its place, or NO_ITEM. None is left when an audit is finished. */
typedef enum { ITEM_UNVERIFIED, ITEM_VERIFIED, ITEM_FAILED, ITEM_REPLACED } ItemState;

/* A signature. ENCLOSED as its offset: in a certificate or a CMS message, part says in which. */
#define ENCLOSED UINT64_MAX
typedef struct {
    uint32_t file, part, key, module, note; /* module, note: number + 1, 0 is none */
    uint32_t state, length;
    uint64_t offset, index;
    int64_t time;
} Item;

typedef struct {
    uint8_t *bytes; /* NULL: none */
    size_t length;
} Message;

typedef struct Pending Pending; /* verify.c */

/* A use of a one-time key. */
typedef struct {
    uint8_t owner[AUDIT_OWNER];
    uint64_t tree;
    uint32_t leaf, layer; /* layer: 1 + that of XMSS; 0 for LMS, where I is one of a tree */
} OneTime;
typedef struct {
    OneTime key;
    uint8_t bytes[AUDIT_HASH];
    uint32_t item;
    uint32_t next; /* use of the same key with other bytes, number + 1; 0 is none */
} Use;

/* What the manifest says of a message. */
typedef struct {
    char *message, *digest;
    uint8_t *signs;
    size_t signs_length;
} Note;

/* A one-time key that signed twice. */
typedef struct {
    uint32_t first;      /* use */
    AuditFinding *finding;
    uint32_t item[2];
    unsigned layer[2];   /* in the signatures */
    GByteArray *digests; /* all that it signed, the two of the items first */
    const SigSet *set;
    bool linked;
} Proof;

/* A second use that proves nothing yet: what it has to be held against cannot be read, or a message is needed. */
typedef struct {
    uint32_t first, fresh, other; /* uses; other: the first that leaves it open */
    unsigned equal;               /* chains with equal values */
    bool lost;
} Open;

typedef struct {
    char *name;
    uint64_t from, end, left;
    bool owned, counted;
} Module;

struct Audit {
    GPtrArray *keys;     /* AuditKey */
    GPtrArray *files;    /* AuditFile */
    GHashTable *by_path; /* file number + 1 by absolute path: of the ledger */
    GHashTable *by_hash; /* the same by contents: the last of those that are equal */
    GHashTable *opened;  /* FileId of files and folders that this audit has gone through */
    GArray *items, *uses;
    GArray *waiting;     /* Item: signatures that may be of several keys */
    GPtrArray *pending;  /* Pending: in items, not yet verified and compared */
    size_t pending_bytes;
    uint32_t *slots; /* use number + 1, by hash of the one-time key */
    size_t slot_count;
    GPtrArray *notes, *modules;
    GPtrArray *findings, *proofs;
    GHashTable *proof_of;  /* first use -> proof number + 1 */
    GHashTable *upper;     /* digest of an upper layer with its key -> 1 good, 2 bad */
    GHashTable *parent;    /* owner of a child key -> Parent */
    GString *kept; /* findings that the ledger keeps, as lines of it */
    GArray *open;  /* Open */
    guint remembered; /* items of the ledger */
    uint64_t duplicates, passed_over, given_twice, found_again;
    char *found_first; /* of those found again */
    bool finished;
};

AuditFinding *audit_find(Audit *a, AuditClass class, const char *kind, const char *subject, const char *format, ...)
    G_GNUC_PRINTF(5, 6);
uint32_t audit_module(Audit *a, const char *name); /* number + 1; 0 for NULL */
static inline AuditKey *audit_key(const Audit *a, size_t k) { return g_ptr_array_index(a->keys, k); }
static inline AuditFile *audit_file(const Audit *a, size_t f) { return g_ptr_array_index(a->files, f); }
static inline Item *audit_item(const Audit *a, size_t i) { return &g_array_index(a->items, Item, i); }
static inline Use *audit_use(const Audit *a, size_t u) { return &g_array_index(a->uses, Use, u); }
static inline const Note *audit_note(const Audit *a, const Item *i)
{
    return i->note ? g_ptr_array_index(a->notes, i->note - 1) : NULL;
}
static inline Module *audit_module_at(const Audit *a, uint32_t number)
{
    return g_ptr_array_index(a->modules, number - 1);
}
/* "FILE" or "FILE#3"; g_free. */
char *audit_item_name(const Audit *a, uint32_t item);
char *audit_place_name(const Audit *a, const Item *where);
char *audit_hex(const uint8_t *bytes, size_t length);
/* "1 file", "2 files"; g_free. */
char *audit_count(uint64_t n, const char *what);
void audit_hash(const uint8_t *bytes, size_t length, uint8_t hash[AUDIT_HASH]);

/* files.c; a file's bytes, mapped or read. */
typedef struct {
    const uint8_t *bytes;
    size_t length;
    void *mapped, *owned;
} Bytes;
bool audit_open(const AuditFile *f, Bytes *out, struct stat *s, GError **error);
void audit_close(Bytes *bytes);
/* An item's key and signature again: matched and taken apart, or false. Released with audit_reread_free. */
typedef struct {
    Bytes file;
    SigContent content;
    SigEnvelopes envelopes;
    SigMatch match;
    SigLayer layer[SIG_LAYERS];
    unsigned layers;
} Reread;
bool audit_reread(const Audit *a, uint32_t item, Reread *out);
bool audit_reread_item(const Audit *a, const Item *item, Reread *out); /* also one that is not in the table */
void audit_reread_free(Reread *r);
/* The message of an item, if the manifest gave one or it is enclosed (g_free). */
bool audit_message(const Audit *a, const Item *item, uint8_t **bytes, size_t *length);

typedef struct {
    uint8_t child[AUDIT_HASH]; /* of the child's key */
    OneTime by;
    uint32_t item;
} Parent;

/* again.c; a file of the ledger, which is read. */
void audit_remember_file(Audit *a, AuditFile *f);
uint64_t audit_changed(const struct stat *s);
/* Are its contents still where they were? Looks, if nobody has. */
bool audit_is_there(AuditFile *f);
/* A file of an item, or another with the same contents: as it was. */
bool audit_open_again(const Audit *a, uint32_t number, Bytes *out);
/* Is the file known, and does the note say no more of it? By its path, length and time of change. */
bool audit_pass_over(Audit *a, const char *path, const struct stat *s, const AuditNote *note);
/* The file of the ledger that f is by its contents (number + 1), which then is where f is, and f is used up; or 0. */
uint32_t audit_found_again(Audit *a, AuditFile *f, const struct stat *s);
bool audit_says_more(Audit *a, const AuditFile *f, const AuditNote *note);
/* An item with the bytes of one of the ledger: is it the same, read again? Then it takes its place. */
bool audit_takes_place(const Audit *a, uint32_t old, uint32_t item);
void audit_replace(Audit *a, uint32_t old, uint32_t item);
void audit_drop_replaced(Audit *a); /* numbers of items and files change */

/* verify.c; takes a signature (file, part, offset, key, module, note, time of the item are set; the rest is found): its number.
 * audit_settle: what waits for others is verified and compared now. */
uint32_t audit_take(Audit *a, Item item, const SigMatch *match, const Message *message);
void audit_settle(Audit *a);
void audit_free_pending(gpointer pending);

/* whose.c; the item is surely of its key; tell what of the waiting ones from number `from` on can be told; the rest. */
void audit_witness(Audit *a, uint32_t item);
void audit_ask_whose(Audit *a, guint from);
void audit_tell_rest(Audit *a);
/* Findings for what still waits: of rows of signatures, or of whole files, which the ledger then does not know. */
void audit_tell_unclear(Audit *a, bool in_rows);

/* ledger.c */
void audit_keep_findings(Audit *a);

/* uses.c; what was left open is tried again, and told if it still is. The kind of a proof as a static text, or NULL. */
void audit_try_open(Audit *a);
void audit_tell_open(Audit *a);
const char *audit_proof_kind(const char *name);

/* uses.c */
void audit_add_uses(Audit *a, uint32_t item, const SigLayer *layer, unsigned layers);
uint32_t audit_put_use(Audit *a, const OneTime *key, const uint8_t *bytes, uint32_t item, bool *fresh); /* its number */
void audit_describe_proofs(Audit *a); /* texts and severities, when all uses are in */
size_t audit_upper_bytes(const SigLayer *layer); /* how long an upper layer is with the key below it */

/* books.c */
void audit_books(Audit *a);
/* Files that are gone, and the signatures in them. */
guint audit_count_gone(const Audit *a, guint *signatures, const char **first);
/* Indices seen for a key in order, each once, with the item that used it first. */
GArray *audit_indices(const Audit *a, uint32_t key);
typedef struct {
    uint64_t index;
    uint32_t item;
    bool reused;
} Seen;
char *audit_interval(uint64_t from, uint64_t end);

#endif
