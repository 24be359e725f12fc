/* What an attacker can do with a protocol, as tables: the fields of its payloads, what a stolen state is good for, and the
 * attacker that harvests.
 *
 * The codec is the protocol's own (UcProtocol.codec); the kit stands in the row of the triple (UcTriple.kit). Scripts,
 * exploration, lint take words, types and moves from here. All that a kit does is local computation on bytes that A has:
 * nothing here touches a world, but harvesting, which looks at one. Handles are of the store that is given.
 * Source: docs/architecture.md, "Descriptors".
 */
#ifndef SIMULATOR_ATTACK_H
#define SIMULATOR_ATTACK_H

#include "simulator/alphabet.h"

/* ---- payloads ---- */

/* A field that stands in clear at the beginning of every payload. */
typedef struct {
    const char *name;
    size_t offset, bytes; /* UC_INT, UC_PARTY: at most 8 */
    UcFieldType type;     /* UC_INT, UC_PARTY: a big-endian number; UC_BYTES */
    /* What a search puts in its place: parties by number; of bytes every known object of this name, else (NULL) zeros; else
     * this number. */
    const char *object;
    uint64_t other;
} UcPayloadField;

enum { UC_PAYLOAD_FIELDS = 16 };
typedef struct {
    size_t clear;                /* a whole payload has more bytes than these */
    const UcPayloadField *field; /* within them */
    unsigned fields;             /* at most UC_PAYLOAD_FIELDS */
} UcPayloadCodec;

/* Writes a number as its field has it. */
void uc_payload_put(const UcPayloadField *field, uint64_t number, uint8_t *at);
/* Copies of a payload, interned: with other bytes from `offset` on (the payload itself where they do not fit in), cut or
 * filled up with zeros. */
UcWord uc_payload_with(UcStore *store, UcWord payload, size_t offset, const void *bytes, size_t count);
UcWord uc_payload_resized(UcStore *store, UcWord payload, size_t length);

/* ---- what scripts can say ---- */

enum { UC_ATTACK_WORDS = 16 };

/* A named, typed value: an argument of a call, a field of what comes of it, or one of a secret. */
typedef struct {
    const char *name;   /* an argument's may be "key.vk": vk of the table that is given as key */
    UcFieldType type;   /* UC_INT, UC_PARTY, UC_BYTES */
    size_t bytes;       /* UC_BYTES: so many; 0: any */
    uint64_t high;      /* UC_INT: 0 to this; 0: any */
    bool optional;      /* an argument that may be left out; after those of a call by position that may not */
    const char *inside; /* UC_BYTES: a table will do that has them as this field; NULL: as its own name */
} UcAttackField;

/* The words of a row of fields, in their order; handles of bytes, UC_NONE where there are none. */
typedef struct {
    UcWord w[UC_ATTACK_WORDS];
} UcAttackRow;

typedef enum {
    UC_MAKES_ROW,     /* a table with the fields of `result`, or nothing */
    UC_MAKES_BYTES,   /* the bytes of word 0 */
    UC_MAKES_PAYLOAD, /* words 0 to 2: from, to, bytes */
} UcAttackMakes;

typedef struct {
    const char *name;              /* a:NAME(...), and of z too */
    bool named;                    /* its arguments are given in one table, by their names */
    const UcAttackField *argument; /* ended by a NULL name; read in this order */
    UcAttackMakes makes;
    const UcAttackField *result;   /* UC_MAKES_ROW; as the arguments */
    const char *expected;          /* said when it fails: what it takes; UC_MAKES_ROW then gives nothing */
    /* Bit i of `given`: argument i was not left out. False: it failed. */
    bool (*make)(UcStore *store, const void *setup, const UcAttackRow *argument, uint32_t given, UcAttackRow *made);
} UcAttackCall;

/* A list that is in a stolen state; scripts find it under this name in the state's message. */
typedef struct {
    const char *name;
    const UcAttackField *field; /* ended by a NULL name */
} UcSecretTable;

typedef struct {
    unsigned table; /* its number */
    UcAttackRow row;
} UcSecret;

/* ---- what exploration tries ---- */

/* What Z knows: payloads, states of corrupted parties, and objects of the kinds that the kit asks for. */
enum { UC_KNOWN_PAYLOAD, UC_KNOWN_STATE, UC_KNOWN_OBJECT, UC_KNOWN_KINDS = UC_KNOWN_OBJECT + 8 };
typedef struct {
    UcWord kind;  /* UC_KNOWN_OBJECT + place in UcAttackKit.objects */
    UcWord bytes;
    UcWord w[4];  /* payload: from, to. state: of. Object: its attributes, in the order of the alphabet's row */
} UcKnown;

typedef struct {
    UcStore *store;
    const void *setup; /* the protocol's */
    unsigned parties;
    bool flawed;       /* also payloads with one flaw, and of secrets that A made itself */
    void *own;         /* UcAttackKit.prepare */
} UcAttacker;

/* A payload to be handed to a party; the first source is what it is for. */
typedef struct {
    UcWord bytes, to, source[2];
} UcMadePayload;

/* An input, which Z may give to any party, with bytes that nobody honest made. */
typedef struct {
    UcMessage message;
    UcWord source[2];
} UcMadeInput;

/* ---- harvesting ---- */

struct UcWorld; /* simulator/world.h */

/* Out of everything that reaches A or Z it gets what secrets it can, and asks honest parties about what it forges with them. It asks
 * by inputs, as Z: what is accepted must show in the answer to one. A triple whose parties accept what is delivered (an order of A)
 * cannot be harvested so: its kit has no UcHarvest, and what it forges exploration delivers (`payloads`) and scripts do. */
typedef struct {
    void *(*new)(UcStore *store, const void *setup); /* before the first world */
    void (*free)(void *harvest);
    void (*begin)(void *harvest);       /* another world of the same store */
    void (*see)(void *harvest, UcWord from, const UcMessage *message); /* from: pid of the party it is from, or UC_NO_PARTY */
    /* Looks for secrets in everything seen of this world; how many it found. A rule that one of them breaks is noted there
     * (uc_world_note_rule). */
    unsigned (*search)(void *harvest, struct UcWorld *world);
    /* Input `number` for an honest party, or UC_M_EMPTY: there is none of this number. False: that was the last. */
    bool (*question)(void *harvest, UcStore *store, size_t number, UcMessage *out);
    /* False: that is no answer, so another party is asked. */
    bool (*answer)(const UcMessage *reply, bool *accepted);
    uint64_t (*guesses)(const void *harvest, bool *bounded); /* in this world; was there a bound that it reached? */
} UcHarvest;

/* ---- the kit ---- */

/* All of it optional, as NULL. */
typedef struct {
    const UcSecretTable *secrets; /* ended by a NULL name */
    /* Appends what a state holds (UcSecret), as the engine gives it to A when a party is corrupted; each table's in a row. */
    void (*read)(UcStore *store, const uint8_t *state, size_t length, GArray *secrets);
    const UcAttackCall *call;     /* ended by a NULL name */
    const char *const *objects;   /* what payloads() and inputs() work from besides; NULL-terminated, at most 8 */
    /* What A has before it has stolen anything; freed with g_free(). */
    void *(*prepare)(const UcAttacker *attacker);
    /* Append UcMadePayload, UcMadeInput: all that A can make from what is known, in an order that depends on nothing else. */
    void (*payloads)(const UcAttacker *attacker, const UcKnown *known, size_t count, GArray *made);
    bool alike;                   /* they treat parties alike: with the names of two exchanged in what is known, they make the same with
                                     these names exchanged. Without it exploration takes no --symmetry where it forges */
    const char *flag;             /* an option without which they are of no use to another process, where a schedule is replayed */
    void (*inputs)(const UcAttacker *attacker, const UcKnown *known, size_t count, GArray *made);
    const UcHarvest *harvest;
    /* What only this process knows of bytes that A made, such as the term that a token stands for; NULL: the bytes are all
     * there is to know. Schedules have the description in the place of the bytes. */
    GByteArray *(*made_of)(const void *setup, const uint8_t *bytes, size_t length);
    /* The same bytes again, and known as they were; UC_NONE: that describes none. NULL: what made_of() describes cannot be
     * made again, so a schedule with it does not replay. */
    UcWord (*make_again)(UcStore *store, const void *setup, const uint8_t *description, size_t length);
} UcAttackKit;

/* A secret of a state that A knows, and where what is made with it goes. */
typedef struct {
    const UcAttacker *by;
    const UcKnown *state;
    const UcSecret *secret;
    GArray *made;
} UcForgery;
/* For payloads() of a kit: `forge` with every secret that `read` finds in every state that A knows, in order. */
void uc_attack_forge(void (*read)(UcStore *store, const uint8_t *state, size_t length, GArray *secrets),
                     void (*forge)(const UcForgery *f), const UcAttacker *by, const UcKnown *known, size_t count, GArray *made);

/* NULL, or what is wrong in these tables (both may be NULL) for an interface with this alphabet: "payload field 'to': expected ...,
 * got ...", to be freed with g_free(). */
char *uc_attack_wrong(const UcPayloadCodec *codec, const UcAttackKit *kit, const UcAlphabet *alphabet);

#endif
