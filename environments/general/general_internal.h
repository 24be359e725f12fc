/* Shared by the files of the most general environment only: what Z knows, and the table of moves that is being made. */
#ifndef ENVIRONMENTS_GENERAL_GENERAL_INTERNAL_H
#define ENVIRONMENTS_GENERAL_GENERAL_INTERNAL_H

#include "environments/general/general.h"

/* What Z knows: a row of items, sorted by (type, digest of the bytes), so that it does not depend on the order in
 * which things became known. An item has the words that simulator/alphabet.h says (UC_ITEM_BYTES, ...), of which these are
 * the first; more follow where an interface has objects with more attributes. */
typedef struct {
    UcWord type;
    UcWord bytes;      /* an object, payload, state of a corrupted party (a) */
    UcWord a, b;       /* payload: from, to. delivered: to */
    UcWord other;
    UcWord number;     /* delivered: how often */
} Item;
typedef union {
    Item item;
    UcWord word[UC_ITEM_WORDS_MAX];
} ItemRow;

/* Types are in digests and checkpoints: the interface's kinds of objects have the numbers between these. */
enum { ITEM_PAYLOAD = 2, ITEM_STATE = 4, ITEM_DELIVERED, ITEM_TYPES = UC_OBJECTS_MAX + 3 };
static inline UcWord env_general_type(unsigned object) { return object < 2 ? object : object == 2 ? 3 : object + 3; }

/* A value of an argument that does not depend on what Z knows, and whether it is a wrong one. */
typedef struct {
    UcWord word;
    bool wrong;
} Value;
typedef struct {
    Value *value;
    size_t values;
} Values;

struct EnvGeneral {
    EnvWorlds *worlds;
    EnvAlphabet domain;
    UcStore *store;
    unsigned parties;
    UcAlphabetPlan *plan;
    Values values[UC_INPUTS_MAX][UC_MESSAGE_WORDS]; /* of arguments of the plan's inputs that take no objects and no parties */
    UcWord unknown[UC_OBJECTS_MAX], text[ENV_MESSAGES_MAX];
    bool learns[UC_OBJECTS_MAX];
    UcMessage says;       /* what A has a corrupted party say; no kind: nothing */
    bool symmetry;
    /* what A can make; NULL: nothing is declared */
    const UcPayloadCodec *codec;
    const UcAttackKit *kit;
    UcAttacker attacker;
    int field_object[UC_PAYLOAD_FIELDS], known_object[UC_KNOWN_KINDS]; /* numbers of kinds of objects; of none: -1 */
};

typedef struct {
    const EnvGeneral *g;
    const UcWord *word; /* of the items */
    size_t items, first[ITEM_TYPES + 1]; /* items of a type: from first[type] on, up to first[type + 1] */
    GArray *out;
} Table;

static inline const Item *env_general_at(const EnvGeneral *g, const UcWord *word, size_t i)
{
    return (const Item *)(const void *)(word + i * g->plan->item_words);
}
static inline const Item *env_general_item(const Table *t, size_t i) { return env_general_at(t->g, t->word, i); }
static inline UcWord env_general_word(const Item *item, unsigned word) { return ((const UcWord *)(const void *)item)[word]; }

static inline bool env_general_wants(const Table *t, EnvDo which) { return env_alphabet_bound(&t->g->domain, which) > 0; }
static inline unsigned env_general_tag(const EnvGeneral *g, EnvDo what) { return env_alphabet_order(&g->domain, what); }

/* general.c: add a move. `number`: of an input of the alphabet. `wrong`: how many of its arguments are of no use. The move, valid
 * until the next one is added, NULL when there are too many of those. */
UcChoice *env_general_say(Table *t, unsigned number, unsigned wrong, UcWord party, const UcMessage *message);
/* An input that counts as an order. */
UcChoice *env_general_input(Table *t, EnvDo what, unsigned wrong, UcWord party, UcMessage message);
UcChoice *env_general_order(Table *t, EnvDo what, UcWord party, UcMessage message, unsigned actor);

/* `of`: the payload that was sent, or the object that a payload is for. The move, as above. */
UcChoice *env_general_deliver(Table *t, EnvDo what, UcWord of, UcWord bytes, UcWord to);

/* general_inputs.c: what the alphabet says. */
void env_general_plan(EnvGeneral *general, UcAlphabetPlan *plan);
void env_general_plan_clear(EnvGeneral *general);
void env_general_inputs(Table *t, UcWord party);
/* The objects that an output teaches as the answer to this input; returns how many, at most `room`. */
size_t env_general_objects(const EnvGeneral *general, const UcMessage *input, const UcViewEntry *output, ItemRow *out, size_t room);

/* general_forged.c: what A makes itself. */
void env_general_mutations(Table *t, const Item *payload, UcWord to);
void env_general_forgeries(Table *t);
void env_general_counterfeits(Table *t, UcWord parties); /* to the first so many parties */
void env_general_prepare_attacker(EnvGeneral *general);
/* False and an error: a bound is of moves that nothing makes for this protocol. */
bool env_general_attacker_fits(const EnvAlphabet *domain, GError **error);

#endif
