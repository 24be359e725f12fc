/* Shared by the files of the most general environment only: what Z knows, and the table of moves that is being made. */
#ifndef ENVIRONMENTS_GENERAL_INTERNAL_H
#define ENVIRONMENTS_GENERAL_INTERNAL_H

#include "functionality/interface.h"
#include "environments/general.h"

/* What Z knows: a row of items, sorted by (type, digest of the bytes), so that it does not depend on the order in
 * which things became known. */
typedef enum { ITEM_KEY, ITEM_TICKET, ITEM_PAYLOAD, ITEM_SIGNATURE, ITEM_STATE, ITEM_DELIVERED } ItemType;
typedef struct {
    UcWord type;
    UcWord bytes;      /* kid, ticket, payload, signature, state of a corrupted party (a) */
    UcWord a, b;       /* ticket: of, from. payload: from, to. delivered: to */
    UcWord other;      /* key: vk. ticket: kid or none. signature: message */
    UcWord number;     /* ticket: count. delivered: how often */
} Item;
enum { ITEM_WORDS = sizeof(Item) / sizeof(UcWord) };

struct EnvGeneral {
    EnvWorlds *worlds;
    EnvAlphabet domain;
    UcStore *store;
    unsigned parties;
    UcWord set, wrong_set, wrong_kid, wrong_ticket, message[ENV_MESSAGES_MAX];
    UcWord count[ENV_COUNTS_MAX];
    unsigned counts, good_counts;
    bool symmetry;
    /* what A can make; NULL: nothing is declared */
    const UcPayloadCodec *codec;
    const UcAttackKit *kit;
    UcAttacker attacker;
    int field_item[UC_PAYLOAD_FIELDS], known_item[UC_KNOWN_KINDS]; /* types of items; of none: -1 */
};

/* A value of an argument, and whether it is a wrong one. */
typedef struct {
    UcWord word;
    unsigned wrong;
} Value;

typedef struct {
    const EnvGeneral *g;
    const Item *item;
    size_t items;
    Value *kid; /* room for every key that Z knows, any and none */
    GArray *out;
} Table;

static inline const DkmOptions *env_general_dkm(const EnvGeneral *g) { return env_worlds_setup(g->worlds); }
static inline bool env_general_wants(const Table *t, EnvDo which) { return t->g->domain.bound[which] > 0; }

/* general.c: add a move. `wrong`: how many of its arguments are of no use. The move, valid until the next one is added,
 * NULL when there are too many of those. */
UcChoice *env_general_input(Table *t, EnvDo what, unsigned wrong, UcWord party, UcMessage message);
UcChoice *env_general_order(Table *t, EnvDo what, UcWord party, UcMessage message, unsigned actor);

/* `of`: the payload that was sent, or the ticket that a payload is for. The move, as above. */
UcChoice *env_general_deliver(Table *t, EnvDo what, UcWord of, UcWord bytes, UcWord to);

/* general_forged.c: what A makes itself. */
void env_general_mutations(Table *t, const Item *payload, UcWord to);
void env_general_forgeries(Table *t);
void env_general_counterfeits(Table *t, UcWord parties); /* to the first so many parties */
void env_general_prepare_attacker(EnvGeneral *general);

#endif
