/* Shared by the files of the watchers only: their books and what an activation did, the same for both worlds. */
#ifndef FUNCTIONALITY_DKM_WATCHERS_INTERNAL_H
#define FUNCTIONALITY_DKM_WATCHERS_INTERNAL_H

#include "functionality/dkm/watchers.h"

struct DkmWatch {
    const DkmOptions *options;
    const DkmInspector *inspector;
    bool ideal;
    GHashTable *verified; /* a memo of a pure function: (vk, message, signature) -> WatchUses */
    GMutex *lock;         /* of the memo: worlds of one description may run in many threads */
};

/* ---- the books: small regions, found by contents ---- */

enum {
    WATCH_KEY = UC_FIRST_KIND, /* of a key: what it is */
    WATCH_VK,                  /* of a public key: its kid */
    WATCH_HELD,                /* of a party: the keys it has held, in order of their digests */
    WATCH_OWN,                 /* of a party and a key: where its own set begins and ends, in turn */
    WATCH_USED,                /* of a key and 16 indices: the used ones in order, and what they signed */
    WATCH_ONE_TIME,            /* of a one-time key at any layer: the signature that it made */
    WATCH_SAID,                /* of a key and a bucket: the messages signed and released, by digest */
    WATCH_TRANSFER,            /* of a sender, a receiver and a ticket */
    WATCH_PAYLOAD,             /* of payload bytes: the transfer they carry */
    WATCH_TICKET,              /* of a party and a ticket: what was requested, while it is open */
    WATCH_EXPOSED,             /* of a party: the keys it has sent or was sent; of nobody: those ever in transit */
    WATCH_COMPROMISED,         /* of a compromised key: its kid */
    WATCH_STREAM,              /* of the first sealed bytes of a payload: the payload */
    WATCH_SEALED,              /* of a key that sealed: what it sealed, sent or not */
    WATCH_PENDING,             /* ideal world: the input that F has consulted S about */
    WATCH_KINDS_END
};

typedef struct {
    UcWord kid, vk, sigma, capacity;
} WatchKey;
typedef struct {
    UcWord index, message; /* message: UC_NONE while none was released */
} WatchUsed;
typedef struct {
    UcWord kid, a, b, delivered;
} WatchTransfer;
typedef struct {
    UcWord from, to, ticket;
} WatchPayload;
typedef struct {
    UcWord kid, count, from;
} WatchTicket;

#define WATCH_WORDS(type) (sizeof(type) / sizeof(UcWord))

/* What an activation did to the state of a party. */
enum { WATCH_RECEIVED = DKM_STATUS + 1 };
typedef struct {
    UcWord operation;        /* an input kind, or WATCH_RECEIVED */
    UcWord party;            /* number */
    UcWord kid, vk, ticket;
    UcWord set;              /* keygen: name of the set */
    DkmInterval block;
    UcWord other;            /* the other party */
    UcWord count;            /* request */
    UcWord message;          /* sign */
    const UcMessage *output; /* what left the party, or NULL */
} WatchEvent;

static inline const DkmWatch *watch_config(UcCtx *ctx) { return (const DkmWatch *)uc_config(ctx); }

/* Rules return NULL, or a text that starts with the name of the rule that does not hold. */

/* watchers_books.c: I2, I3, I4, A3 */
const char *watch_move(UcCtx *ctx, const WatchEvent *event);      /* changes the books as the event says */
const char *watch_compare(UcCtx *ctx, UcWord party);              /* the books against what the party holds */
const char *watch_status(UcCtx *ctx, UcWord party, const UcMessage *answer);
UcWord watch_owned(UcCtx *ctx, UcWord party, UcWord kid);         /* how many indices */
bool watch_owns(UcCtx *ctx, UcWord party, UcWord kid, DkmInterval block);  /* every one of them */
bool watch_touches(UcCtx *ctx, UcWord party, UcWord kid, DkmInterval block); /* at least one */
size_t watch_intervals_after(UcCtx *ctx, UcWord party, UcWord kid, DkmInterval block);
/* The block that a transfer of `count` indices takes: top of the highest interval that is long enough. */
bool watch_top(UcCtx *ctx, UcWord party, UcWord kid, UcWord count, DkmInterval *block);
bool watch_holds(UcCtx *ctx, UcWord party, UcWord kid, size_t *keys);
const WatchKey *watch_key(UcCtx *ctx, UcWord kid);
const WatchTransfer *watch_transfer(UcCtx *ctx, UcWord from, UcWord to, UcWord ticket);
const WatchTicket *watch_ticket(UcCtx *ctx, UcWord party, UcWord ticket);
const WatchUsed *watch_used(UcCtx *ctx, UcWord kid, UcWord index);

/* watchers_signatures.c: I1, I6, I7 */
const char *watch_release(UcCtx *ctx, const WatchEvent *event);   /* before watch_move */
void watch_note_use(UcCtx *ctx, const WatchEvent *event);         /* in watch_move */
const char *watch_verified(UcCtx *ctx, UcWord vk, UcWord message, UcWord valid);

/* watchers_progress.c: A1, A2, A5, I5 */
const char *watch_answer(UcCtx *ctx, UcWord party, const UcMessage *input, const UcResult *result);
const char *watch_down(UcCtx *ctx, UcWord party);
void watch_note_payload(UcCtx *ctx, UcWord payload, UcWord from, UcWord to, UcWord ticket);
/* Must this payload be accepted by this party now? */
bool watch_acceptable(UcCtx *ctx, UcWord party, UcWord payload);
const char *watch_stable(UcCtx *ctx, const UcActivation *activation);
const char *watch_secret(UcCtx *ctx, const UcActivation *activation); /* I8, real world */
const char *watch_stream(UcCtx *ctx, const UcActivation *activation); /* I8, real world: as the network sees it */
const char *watch_sealed(UcCtx *ctx, const UcActivation *activation); /* I8, real world: all seals, sent or not */

/* watchers_faults.c: what corruption and restarts change (docs/functionality.md, "Compromise"). Rules say nothing of a
 * compromised key. */
bool watch_compromised(UcCtx *ctx, UcWord kid);
void watch_exposed(UcCtx *ctx, UcWord kid, UcWord from, UcWord to); /* a transfer */
void watch_corrupted(UcCtx *ctx, UcWord party);
/* May a block of this key that nobody sent arrive? It then becomes a compromised key. */
bool watch_injectable(UcCtx *ctx, const WatchEvent *event);
/* A restart loses what was reserved: within the window it leaves the books. */
void watch_restarted(UcCtx *ctx, UcWord party);

/* watchers_books.c, for watchers_faults.c */
void watch_hold(UcCtx *ctx, UcWord party, UcWord kid);
void watch_flip(UcCtx *ctx, UcWord party, UcWord kid, DkmInterval block);
const UcWord *watch_row(UcCtx *ctx, UcWord party, UcWord kid, size_t *points);
GArray *watch_points_held(UcCtx *ctx, UcWord party, UcWord kid);

/* Names in texts. */
const char *watch_party_name(UcCtx *ctx, UcWord party);
const char *watch_key_name(UcCtx *ctx, UcWord kid);
UcWord watch_mix(UcWord a, UcWord b);

#endif
