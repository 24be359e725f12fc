/* The alphabet of an interface: what the most general environment may say to a session, as a table.
 *
 * Objects are what Z learns from outputs and may name later, such as a ticket; an attribute of an object is what Z knows
 * of it besides, such as the party that it was asked of. An input carries every combination of values of its fields: what
 * the field's type says (every party and one that does not exist, the numbers of a list, the texts of the scenario, each
 * code of a table), constants, or every object of a kind that Z knows and one that nobody knows. A value is wrong when it
 * is of no use in itself, or when it is not the attribute that it should be of an object chosen before; exploration cuts
 * inputs by how many of their values are wrong.
 *
 * Rows name fields, objects and attributes; uc_alphabet_plan_new() turns names into numbers once, and refuses a table
 * that does not fit its messages. Everything is borrowed and constant.
 * Source: docs/exploration.md, "The alphabet is a table".
 */
#ifndef SIMULATOR_ALPHABET_H
#define SIMULATOR_ALPHABET_H

#include "simulator/message.h"

enum {
    UC_OBJECTS_MAX = 8,
    UC_ATTRIBUTES_MAX = 4,
    UC_INPUTS_MAX = 24,
    UC_CUTS_MAX = 4,
    UC_CUTS_FIRST_MAX = 2, /* of these, UC_CUT_FIRST */
    UC_LISTS_MAX = 2,
    UC_NUMBERS_MAX = 8
};

typedef enum {
    UC_OF_OUTPUT,  /* a field of the output */
    UC_OF_INPUT,   /* a field of the input that the output answers */
    UC_OF_SPEAKER, /* the party that gave the output */
} UcWhence;

typedef struct {
    const char *name;
    UcWhence whence;
    const char *field;
} UcAttribute;

typedef struct {
    const char *name;
    UcWord output;      /* the kind of message that teaches it */
    const char *field;  /* of that, bytes or a text: the object */
    UcWord input;       /* objects with attributes of an input: learnt from the answer to this one only */
    size_t unknown;     /* as many bytes of zeros are an object that nobody knows; 0: none is tried */
    bool where_used;    /* learnt only where an input that takes it has a bound */
    UcAttribute attribute[UC_ATTRIBUTES_MAX]; /* up to the first without a name */
} UcObject;

/* A text of a field that Z need not have learnt. */
typedef struct {
    const char *text;
    const char *(*text_of)(const void *setup); /* in its place: of the interface's set-up */
    bool wrong;
} UcConstant;

typedef struct {
    int64_t number;
    bool plus_size; /* the list's size is added */
    bool wrong;
} UcNumber;

/* A value that stands in the list already is left out. */
typedef struct {
    const char *name;                   /* scripts may give other numbers under it, none of them wrong */
    int64_t (*size)(const void *setup); /* what is not wrong is at most this; NULL: no limit */
    UcNumber number[UC_NUMBERS_MAX];
    unsigned numbers;
} UcNumbers;

typedef enum {
    UC_CUT_SWITCH, /* 0 or 1, 1 unless it is set */
    UC_CUT_FIRST,  /* the first so many parties, all unless it is set */
} UcCutType;

typedef struct {
    const char *name;
    UcCutType type;
} UcCut;

typedef enum { UC_UNKNOWN_LAST, UC_UNKNOWN_FIRST, UC_UNKNOWN_NEVER } UcUnknown;

typedef struct {
    const char *field;          /* of the input */
    const UcConstant *constant; /* its values, ended by one without a text */
    const char *object;         /* its values are the objects of this kind */
    const char *value;          /* ... or this attribute of each */
    UcUnknown unknown;          /* objects: where the one that nobody knows comes */
    const char *none;           /* objects: with this switch also no object, where Z knows one */
    const char *actor;          /* objects: the acting party is this attribute, else the object is wrong */
    const char *numbers;        /* numbers: the list; NULL: the first */
    bool not_self;              /* parties: the acting one is wrong */
    struct {
        const char *field, *attribute;
    } like; /* what this attribute of the object in an earlier field is not is wrong. That decides of numbers and texts; what
               nobody knows is wrong in any case. Objects without the attribute (no bytes, no party) ask for nothing. */
} UcArgument;

typedef struct {
    UcWord kind;
    const char *bound; /* NULL: the kind's name */
    uint32_t otherwise;/* the bound where nobody sets it ... */
    UcWord as;         /* ... or it is that of this input */
    UcWord with;       /* ... or 1 where this input has one */
    bool sends;        /* deliveries are allowed where it has a bound, unless their own says otherwise */
    const char *first; /* a cut: other parties give only inputs with something wrong in them */
    unsigned turn;     /* inputs of one turn are given value by value of the outermost field, which they share. Turns go up;
                          0: a turn of its own, before all others */
    UcArgument argument[UC_MESSAGE_WORDS]; /* up to the first without a field, the outermost loop first; fields of the
                                              message that stand here not come inside, as their type says */
} UcInput;

typedef struct {
    const UcObject *object;
    unsigned objects;
    const UcInput *input;    /* their order is that of bounds */
    unsigned inputs;
    const UcNumbers *list;
    unsigned lists;
    UcCut cut[UC_CUTS_MAX];  /* up to the first without a name */
    const UcInput *says;     /* an output that A has a corrupted party say, with what nobody knows in it; NULL: none */
    /* Symmetry of parties: what a session needs besides ideal crypto ("one enclave"), and NULL or what tells parties apart in
     * this one. Both NULL: parties are never taken to be alike. */
    const char *alike;
    const char *(*unlike)(const void *setup);
} UcAlphabet;

/* ---- the same in numbers ---- */

/* A row of what Z knows: type, bytes, then words for attributes. The first two of these are for numbers of parties, the third is a
 * handle, the fourth a number; attributes for which there is no such word left have words of their own behind. */
enum { UC_ITEM_TYPE, UC_ITEM_BYTES, UC_ITEM_PARTY, UC_ITEM_OTHER_PARTY, UC_ITEM_HANDLE, UC_ITEM_NUMBER, UC_ITEM_MORE,
       UC_ITEM_WORDS_MAX = UC_ITEM_MORE + UC_ATTRIBUTES_MAX };

typedef struct {
    UcWhence whence;
    unsigned field;    /* word of the message */
    UcFieldType type;
    unsigned word;     /* of the item */
} UcPlannedAttribute;

typedef struct {
    const UcObject *row;
    unsigned field;
    bool of_input;
    UcPlannedAttribute attribute[UC_ATTRIBUTES_MAX];
    unsigned attributes;
} UcPlannedObject;

typedef enum { UC_TAKES_OBJECTS, UC_TAKES_CONSTANTS, UC_TAKES_PARTIES, UC_TAKES_NUMBERS, UC_TAKES_TEXTS, UC_TAKES_CODES } UcTakes;

typedef struct {
    UcTakes takes;
    const UcArgument *row; /* NULL: as the type says */
    unsigned field;        /* word of the message */
    unsigned object, list; /* numbers of rows */
    unsigned codes;
    int none;              /* number of the cut; -1: none */
    unsigned value;        /* word of the item */
    unsigned actor;        /* word of the item; 0: anybody */
    unsigned like, like_word; /* number of the argument + 1, word of its item; 0: like nothing */
    UcFieldType like_type;
} UcPlannedArgument;

typedef struct {
    const UcInput *row;
    unsigned number; /* of the row */
    unsigned turn;   /* of the plan: inputs of one turn follow each other */
    int first;       /* number of the cut; -1: none */
    UcPlannedArgument argument[UC_MESSAGE_WORDS];
    unsigned arguments;
} UcPlannedInput;

typedef struct {
    const UcAlphabet *alphabet;
    UcPlannedObject object[UC_OBJECTS_MAX];
    UcPlannedInput input[UC_INPUTS_MAX]; /* in the order of turns */
    UcPlannedInput says;
    unsigned item_words;
    uint32_t item_handles; /* bit i: word i of an item is a handle */
} UcAlphabetPlan;

/* NULL, and what is wrong as "input 'commit', field 'txet': expected ...", to be freed with g_free(). Free with g_free(). */
UcAlphabetPlan *uc_alphabet_plan_new(const UcAlphabet *alphabet, const UcMessageTable *messages, char **wrong);
/* The name of an input's bound. */
const char *uc_input_bound(const UcInput *input, const UcMessageTable *messages);
/* The row of this kind of message, or NULL. */
const UcInput *uc_alphabet_input(const UcAlphabet *alphabet, UcWord kind);
/* The number of the kind of objects of this name, or -1. */
int uc_alphabet_object(const UcAlphabet *alphabet, const char *name);
unsigned uc_alphabet_cuts(const UcAlphabet *alphabet);

#endif
