/* Who has what when, as an interface tells it: tables of what in a trace takes, gives, offers and uses up its assets.
 *
 * An asset has a name (a field of a message) and numbered parts, half-open ranges [first,end) of which one holder has each:
 * a party, nobody any more because they are used or lost, or nobody yet because they are in transit. Charts and audits read
 * a trace with these tables and know nothing else of it (report/ownership.h). Of each table the first row that fits counts.
 * Source: docs/architecture.md, "Descriptors".
 */
#ifndef SIMULATOR_TRIPLE_LEDGER_H
#define SIMULATOR_TRIPLE_LEDGER_H

#include "simulator/message.h"

/* Whose activation it is. */
typedef enum { UC_LEDGER_PARTY, UC_LEDGER_F, UC_LEDGER_S } UcLedgerBy;

typedef enum {
    UC_LEDGER_NOBODY,   /* from: it is new; to: it is no more */
    UC_LEDGER_SELF,     /* the party whose activation it is */
    UC_LEDGER_RECEIVER, /* the party that the message is written to */
    UC_LEDGER_FIELD,    /* the party in this field */
    UC_LEDGER_TRANSIT,
    UC_LEDGER_USED,     /* to only; a second time, which must never be, shows as such */
    UC_LEDGER_LOST,     /* to only */
    UC_LEDGER_OFFERED,  /* to: it stays with its party until it is known what becomes of it; from: with that party */
    UC_LEDGER_BACK,     /* to only, what was offered: nothing has become of it */
    UC_LEDGER_WHOS
} UcLedgerWho;

typedef struct {
    UcLedgerWho who;
    const char *field;         /* UC_LEDGER_FIELD only */
} UcLedgerHolder;

typedef struct {
    UcLedgerBy by;
    const char *kind;          /* of what the activation writes, or of its effect */
    const char *field, *is;    /* only if that field reads so; both NULL: always */
    enum { UC_LEDGER_ANY, UC_LEDGER_WRITTEN, UC_LEDGER_UNWRITTEN } when; /* only if the activation writes a message, or none */
    const char *asset;         /* field that names it; NULL: what was offered last */
    const char *first, *end;   /* fields; no first: from 0; no end: the one part */
    UcLedgerHolder from, to;
    bool held;                 /* only if the party that it comes from holds any of it: said again, it changes nothing */
} UcLedgerRow;

/* In the ideal world, what a command to F makes of a party. In the real world the engine's own marks tell. */
typedef struct {
    const char *kind, *party;  /* message, and its field */
    const char *status;        /* "down"; "": as usual */
} UcLedgerStatus;

typedef struct {
    const UcLedgerRow *row;
    unsigned rows;
} UcLedgerTable;

typedef struct {
    UcLedgerTable real, ideal;
    const UcLedgerStatus *status; /* ended by one without a kind; may be NULL */
    /* for people */
    const char *stem;          /* "k": assets are called k1, k2, ... */
    const char *part, *parts;  /* "one-time key", "one-time keys" */
} UcLedger;

/* NULL, or the first thing that is wrong with it, to be freed with g_free(): a kind or field that `messages` has not or that is
 * of another type, a row that is never reached, an offer of which nothing becomes. */
char *uc_ledger_wrong(const UcLedger *ledger, const UcMessageTable *messages);

#endif
