/* Messages: a kind and a few words, described by a table that the world brings along.
 *
 * A message is plain data. The engine knows the kinds below UC_M_USER; everything else comes from the table of
 * the (functionality, protocol, UC simulator) triple. Fields that hold bytes are handles (bytes.h), so two
 * messages of one store are equal exactly when their words are.
 */
#ifndef SIMULATOR_MESSAGE_H
#define SIMULATOR_MESSAGE_H

#include "simulator/base/bytes.h"

enum { UC_MESSAGE_WORDS = 8 };

typedef enum {
    UC_INT,       /* signed */
    UC_PARTY,     /* number of a party; UC_NO_PARTY: none */
    UC_BYTES,     /* handle, shown in hex */
    UC_TEXT,      /* handle, shown as text */
    UC_INTERVALS, /* handle of a row of big-endian 64-bit pairs a, b: the half-open intervals [a,b) */
    UC_PARTIES,   /* handle of a row of big-endian 32-bit party numbers */
    UC_POINT,     /* a crash point */
    UC_CODE,      /* a number with a name from the field's table of names */
} UcFieldType;

#define UC_NO_PARTY ((UcWord)UINT64_MAX)

typedef struct {
    const char *name;
    UcFieldType type;
    const char *const *names; /* for UC_CODE: NULL-terminated */
    bool secret;              /* what nobody but its owner should read: a trace may be asked to leave it out */
    bool said;                /* what Z or A says, in any words: charts quote it */
} UcField;

/* What a script gets when such a message answers its call. */
typedef enum {
    UC_ANSWER_MESSAGE, /* the message */
    UC_ANSWER_FIELD,   /* its first field alone */
    UC_ANSWER_TRUTH,   /* whether its first field is other than 0 */
} UcAnswer;

typedef struct {
    const char *name;
    UcField field[UC_MESSAGE_WORDS]; /* up to the first without a name */
    const char *object; /* schedules: what it brings, as in "object@3"; NULL: its own name */
    bool order;         /* schedules: an order to the dummy adversary, not an input of a party */
    bool error;         /* an error: its first field is the code, which scripts read as `error` */
    UcAnswer answer;
} UcMessageKind;

typedef struct {
    UcWord kind;
    UcWord w[UC_MESSAGE_WORDS];
} UcMessage;

/* Crash points (docs/model.md, "Faults are the adversary's"). */
typedef enum {
    UC_POINT_NONE,
    UC_POINT_NOW,     /* at once */
    UC_POINT_BEFORE,  /* before the persist */
    UC_POINT_BETWEEN, /* with a hardware counter: counter stepped, state not written */
    UC_POINT_MIDDLE,  /* between the persist and the external write */
    UC_POINT_AFTER,   /* after the external write */
    UC_POINT_TORN_HEAD, /* torn storage: only the first half of the record is written */
    UC_POINT_TORN_TAIL, /* torn storage: only the second half */
    UC_POINT_LOSE,    /* cache and lying storage: at once, and the last `lost` writes never happened */
    UC_POINT_REORDER, /* cache: at once, and of the last two writes only the later reached the medium */
    UC_POINTS
} UcPoint;
extern const char *const uc_point_name[UC_POINTS + 1];

/* The engine's own kinds. */
enum {
    UC_M_EMPTY,     /* control came back without a message */
    UC_M_RESUME,    /* Z hands its activation on to an adversary that has moves left */
    UC_M_ASK,       /* Z to A: text */
    UC_M_REPORT,    /* A to Z: bytes */
    UC_M_PAYLOAD,   /* a party writes to the network: to, bytes */
    UC_M_DELIVER,   /* the network hands a party: bytes */
    UC_M_CRASH,     /* point, writes lost (UC_POINT_LOSE) */
    UC_M_RESTART,
    UC_M_RESTORE,   /* snapshot number */
    UC_M_CORRUPT,
    UC_M_STATE,     /* a corrupted party's state: bytes */
    UC_M_CORRUPTED, /* Z asks the session, and its answer: parties */
    UC_M_USER = 16
};

typedef struct {
    uint16_t from, to;
    uint16_t peer; /* backdoor traffic: the party it belongs to, whoever carries it in this world; else = from */
    UcMessage message;
} UcEnvelope;

typedef struct {
    const UcMessageKind *kind; /* kind[0] is number UC_M_USER */
    unsigned kinds;
} UcMessageTable;

/* Out of a NULL-terminated table; NULL: a number without a name. */
const char *uc_name_of(const char *const *names, UcWord number);
/* NULL when there is no such kind. */
const UcMessageKind *uc_message_kind(const UcMessageTable *table, UcWord kind);
UcWord uc_message_kinds(const UcMessageTable *table); /* one more than the largest kind; some below it may not be there */
unsigned uc_message_fields(const UcMessageKind *kind);
/* Is this word of such a message a handle? */
bool uc_message_handle(const UcMessageKind *kind, unsigned field);
unsigned uc_message_handles(const UcMessageKind *kind); /* bit i: word i is one */
/* The number of the kind of this name, or -1. */
int uc_message_find(const UcMessageTable *table, const char *name);
bool uc_message_equal(const UcMessage *a, const UcMessage *b);
/* Canonical bytes of a row of `count` intervals (UC_INTERVALS), as 2 `count` words a, b, a, b, ... */
UcWord uc_intervals(UcStore *store, const UcWord *ends, size_t count);

#endif
