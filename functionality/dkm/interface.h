/* The interface of distributed key management: inputs, outputs, errors, commands of S, options.
 *
 * F_DKM and every protocol that realises it take these inputs and give these outputs. The table in interface.c is
 * the one place where names, fields and error orders stand; argument checks, traces and the reference in docs/
 * come from it. Source: docs/functionality.md, "Inputs from Z", "Commands of S".
 *
 * Units: indices and counts are one-time keys; intervals are half open [a,b). A kid is the first 16 bytes of
 * SHA-256 of the public key, a ticket is 16 bytes.
 */
#ifndef FUNCTIONALITY_DKM_INTERFACE_H
#define FUNCTIONALITY_DKM_INTERFACE_H

#include "signing/sigma.h"
#include "simulator/triple/calls.h"

enum { DKM_KID_BYTES = 16, DKM_TICKET_BYTES = 16 };
#define DKM_COUNT_MAX ((int64_t)0x7fffffff)

typedef enum {
    /* inputs, Z to a party */
    DKM_KEYGEN = UC_M_USER, /* set */
    DKM_REQUEST,            /* kid or none (any), count, from */
    DKM_CANCEL,             /* ticket */
    DKM_TRANSFER,           /* kid, count, to, ticket */
    DKM_RESEND,             /* to, ticket */
    DKM_SIGN,               /* kid, message */
    DKM_VERIFY,             /* vk, message, signature */
    DKM_STATUS,             /* kid */
    /* outputs, a party to Z */
    DKM_KEY,                /* kid, vk, capacity */
    DKM_REQUESTED,          /* ticket */
    DKM_CANCELLED,          /* ticket */
    DKM_RECEIVED,           /* kid, from, ticket, a, b */
    DKM_SIGNATURE,          /* kid, index, signature */
    DKM_VERIFIED,           /* 0 or 1 */
    DKM_STATUS_IS,          /* kid, intervals, remaining */
    DKM_ERROR,              /* code */
    /* F to S: consults; the message to be signed never leaves F */
    DKM_CONSULT_KEYGEN,     /* party, set */
    DKM_CONSULT_REQUEST,    /* party, kid, count, from */
    DKM_CONSULT_CANCEL,     /* party, ticket */
    DKM_CONSULT_TRANSFER,   /* party, kid, count, to, ticket */
    DKM_CONSULT_SIGN,       /* party, kid, index, length */
    DKM_SENT,               /* from, to, ticket, kid, a, b */
    DKM_RESENT,             /* the same, for resend */
    /* S to F */
    DKM_ANSWER,             /* outcome, sk, vk, ticket */
    DKM_ALLOW_DELIVERY,     /* from, to, ticket, outcome */
    DKM_CRASH_PARTY,        /* party */
    DKM_RESTART_PARTY,      /* party, burned: what the restart lost (dkm_burned) */
    DKM_DISABLE_PARTY,      /* party */
    DKM_CORRUPT_PARTY,      /* party */
    DKM_INJECT,             /* to, ticket, vk, sk, a, b, from, outcome */
    /* F to S */
    DKM_HOLDINGS,           /* party, what it held when it was corrupted (dkm_holdings) */
    /* what an activation did to a party's state (inspection; never a message) */
    DKM_EFFECT,             /* operation, kid, vk, sk, ticket, a, b, other party */
    DKM_KINDS_END
} DkmKind;

extern const UcMessageTable dkm_messages;
extern const UcCall dkm_calls[]; /* scripts.c */
extern const char dkm_first_script[];

/* Marks of a protocol (uc_mark). */
typedef enum {
    DKM_MARK_SEALED = 1, /* a key sealed something: a stands for the key, b for what it sealed (handles of digests) */
} DkmMark;

/* The last input; inputs are DKM_KEYGEN .. DKM_STATUS. */
static inline bool dkm_is_input(UcWord kind) { return kind >= DKM_KEYGEN && kind <= DKM_STATUS; }
/* One of them, and with a message if one is to be signed: no bytes are none, not even the empty one. */
static inline bool dkm_input_ok(const UcStore *store, const UcMessage *m)
{
    return dkm_is_input(m->kind) && (m->kind != DKM_SIGN || uc_store_knows(store, m->w[1]));
}

typedef enum { DKM_PROCEED = UC_PROCEED, DKM_ABORT = UC_ABORT, DKM_SILENT = UC_SILENT, DKM_LAST = UC_LAST,
               DKM_OUTCOMES = UC_CRASH_OUTCOMES } DkmOutcome;

typedef enum {
    DKM_OK,
    DKM_NOT_SUPPORTED,
    DKM_TOO_MANY_KEYS,
    DKM_NO_SUCH_PARTY,
    DKM_BAD_COUNT,
    DKM_BAD_TICKET,
    DKM_TOO_MANY_TICKETS,
    DKM_NO_SUCH_TICKET,
    DKM_UNKNOWN_KEY,
    DKM_TICKET_USED,
    DKM_TOO_MANY_TRANSFERS,
    DKM_INSUFFICIENT,
    DKM_NO_SUCH_TRANSFER,
    DKM_EXHAUSTED,
    DKM_ERRORS
} DkmError;
extern const char *const dkm_error_name[DKM_ERRORS + 1];

/* The errors of an input in the order in which they are decided, ended by DKM_OK. */
const DkmError *dkm_errors_of(UcWord input);

typedef struct {
    uint64_t keys;      /* per party */
    uint64_t tickets;   /* open, per party */
    uint64_t transfers; /* sent records, per party */
    uint64_t intervals; /* per key and party */
} DkmLimits;

/* Who can seal for whom: one master key for the enclave, or one key per pair of members. */
typedef enum { DKM_TRUST_ENCLAVE, DKM_TRUST_PAIRWISE, DKM_TRUSTS } DkmTrust;
extern const char *const dkm_trust_name[DKM_TRUSTS + 1];

/* The options of a scenario that are this interface's (dkm_interface.options). Texts are borrowed. */
typedef struct {
    const char *scheme;   /* name of a parameter set */
    uint64_t capacity;    /* 0: all one-time keys of the set */
    DkmTrust trust;
    uint64_t reservation; /* window R: at most this many reserved indices per key; 0: none */
    bool seal_real;       /* real seals although crypto is ideal: an ideal token cannot be forged */
    uint64_t ticket_bytes;/* toy parameter, 1 to 16; docs/advantage.md */
    const char *enclave;
    const char *const *enclave_of; /* of each party, when there are several; NULL: all are in `enclave` */
    bool shared_master;   /* one master key for all of them */
    DkmLimits limits;
} DkmSettings;
static inline DkmSettings *dkm_settings(UcSettings *s) { return (DkmSettings *)(void *)s->word; }

/* How long the hash values of a toy set are; 0: the scheme is none. */
uint64_t dkm_toy_hash_bytes(const UcSettings *settings);

extern const DkmSettings dkm_settings_default;
extern const UcAlphabet dkm_alphabet;   /* alphabet.c */
extern const UcLedger dkm_ledger;       /* ledger.c */
extern const UcInterface dkm_interface; /* options.c; its set-up begins with a DkmOptions */

/* What a run is about: shared by F, the protocol, S and the watchers; immutable. */
typedef struct {
    Sigma *const *sigma; /* the supported sets */
    unsigned sigmas;
    DkmLimits limits;
    const char *enclave; /* id */
    const char *const *enclave_of; /* of each party, when there are several enclaves; NULL: all are in `enclave` */
    bool shared_master;  /* the master keys of all enclaves are one and the same; pairs have keys of their own */
    DkmTrust trust;
    uint64_t reservation; /* window R */
    bool seals_real;      /* seals are of key bits and not tokens: one key for two plaintexts shows on the wire */
    unsigned ticket_bytes; /* toy parameter: coins in a ticket, 1 to 16, the rest are zeros; 0: 16 */
} DkmOptions;

static inline size_t dkm_ticket_coins(const DkmOptions *o) { return o->ticket_bytes ? o->ticket_bytes : DKM_TICKET_BYTES; }

/* The set of this name, or NULL. */
Sigma *dkm_sigma(const DkmOptions *options, UcStore *store, UcWord name, unsigned *number);

typedef struct {
    UcWord a, b;
} DkmInterval;

/* ---- enclaves: parties of different ones have nothing to do with each other, unless somebody shares their keys ---- */
const char *dkm_enclave_of(const DkmOptions *options, UcWord party);
bool dkm_same_enclave(const DkmOptions *options, UcWord one, UcWord other);
/* Those who have one master key: the number of the first of them. */
UcWord dkm_key_sharers(const DkmOptions *options, UcWord party);

/* Argument checks that need no state. */
/* `other` exists, is not the party itself, and is of its enclave. */
bool dkm_other_party(UcCtx *ctx, const DkmOptions *options, UcWord self, UcWord other);
bool dkm_count_ok(UcWord count);                  /* 1 .. DKM_COUNT_MAX */
bool dkm_ticket_ok(UcStore *store, UcWord ticket);/* 16 bytes */
UcWord dkm_kid(UcStore *store, UcWord vk);
/* Regions that belong to a key are indexed by this: a digest of the kid. */
UcWord dkm_key_index(UcStore *store, UcWord kid);
/* Canonical bytes of a row of intervals (UC_INTERVALS). */
UcWord dkm_intervals(UcStore *store, const DkmInterval *interval, size_t count);

/* ---- messages ---- */
UcResult dkm_error(DkmError error);               /* output of an error to Z */
UcMessage dkm_error_message(DkmError error);

/* ---- inspection: what a party holds, read by S and the watchers and by nothing else ---- */
typedef struct {
    UcWord ticket, kid; /* kid: UC_NONE = any */
    UcWord count, from;
} DkmTicket;

typedef struct {
    /* The intervals that the party (machine number) owns of a key; returns how many, writes up to `room`. */
    size_t (*own)(UcCtx *ctx, uint16_t machine, UcWord kid, DkmInterval *out, size_t room);
    /* The keys it knows. */
    size_t (*keys)(UcCtx *ctx, uint16_t machine, UcWord *kid, size_t room);
    /* The open tickets; returns how many, writes up to `room`. */
    size_t (*tickets)(UcCtx *ctx, uint16_t machine, DkmTicket *out, size_t room);
    UcStatus (*status)(UcCtx *ctx, uint16_t machine);
    /* Protocols only. The intervals of a key that the last crash took, until the restart. */
    size_t (*lost)(UcCtx *ctx, uint16_t machine, UcWord kid, DkmInterval *out, size_t room);
    /* How many bytes of a payload of this length stand before the sealed ones. */
    size_t (*clear)(size_t length);
} DkmInspector;

/* Canonical bytes of what a party holds: own sets by kid, open tickets by ticket. */
UcWord dkm_holdings(UcCtx *ctx, const DkmInspector *inspector, uint16_t machine);
/* Canonical bytes of what a restart will lose: for each key, kid and intervals. */
UcWord dkm_burned(UcCtx *ctx, const DkmInspector *inspector, uint16_t machine);
/* The next key of what dkm_burned wrote: its intervals, which the caller frees. NULL where malformed, which the reader
 * then says too. */
DkmInterval *dkm_burned_next(UcStore *store, UcReader *burned, UcWord *kid, size_t *count);

#endif
