/* The watchers alone: parties that do what a test says (in the ideal world F and S do), and an inspector that reads what the
 * test says they hold. The *_of functions put together what an honest party would do with an input, in `act`, and what it then holds, in `holds`;
 * the test changes one thing of it, and go() hands the input to the party. One stage at a time. */
#ifndef TESTS_FUNCTIONALITY_STAGE_H
#define TESTS_FUNCTIONALITY_STAGE_H

#include "functionality/dkm/watchers_internal.h"

enum { PARTIES = 3, KEYS = 3, CAPACITY = 12, CLEAR = 4 /* bytes of a payload before the sealed ones */ };

extern DkmOptions options;  /* defaults after stage_close; to be changed before stage_open */
extern UcStorage storage;   /* the same */
extern bool is_ideal;       /* which world; stays */
extern const char *real_set; /* signatures of this set and no terms; NULL: terms. The same as options */

/* What the party does in its next activation. */
typedef struct {
    unsigned writes; /* of stable state, each made stable */
    bool unsaved;    /* a change after them */
    unsigned marks;
    UcMark mark[2];
    bool inject;     /* ideal world: a delivery is what S injects */
    bool abort;      /* ideal world: S says that it never happened */
    size_t coins;    /* bytes drawn from its tape */
    UcMessage effect; /* UC_M_EMPTY: none */
    UcResult result;
} Act;
extern Act act;

/* What a party holds: for each key a bit for each index, in `own`; how many keys. */
typedef struct {
    uint64_t own[KEYS];
    size_t keys;
    int status; /* UcStatus, or -1: as A ordered */
    bool down;  /* ideal world: A has ordered it */
} Holds;
extern Holds holds[PARTIES];

void stage_open(void);
void stage_close(void);
UcWorld *stage_world(void);
Sigma *stage_sigma(void);

/* Handles. */
UcWord kid(unsigned key), vk(unsigned key), sk(unsigned key);
UcWord text(const char *t);
UcWord bytes(const void *b, size_t length);
UcWord ticket(unsigned number);
UcWord signature(unsigned key, UcWord index, UcWord message);
const char *name(unsigned key); /* as the watchers print it */

/* An honest party. What comes back is the input, or the order to deliver. */
UcMessage keygen_of(UcWord party, unsigned key);
UcMessage request_of(UcWord party, UcWord key_id, UcWord count, UcWord from, UcWord ticket);
UcMessage cancel_of(UcWord ticket);
UcMessage transfer_of(UcWord party, unsigned key, UcWord a, UcWord b, UcWord to, UcWord ticket, UcWord payload);
UcMessage resend_of(UcWord to, UcWord ticket, UcWord payload);
UcMessage delivery_of(UcWord party, unsigned key, UcWord a, UcWord b, UcWord from, UcWord ticket, UcWord payload);
UcMessage sign_of(UcWord party, unsigned key, UcWord index, const char *message);
UcMessage verify_of(unsigned key, const char *message, UcWord valid);
UcMessage status_of(unsigned key, UcWord remaining);
UcMessage error_of(UcMessage input, DkmError error); /* the party answers this input with an error, and does nothing */

void go(UcWord party, UcMessage input);
void order(UcWord party, UcMessage message);
/* The same, and no rule speaks. */
void quietly(UcWord party, UcMessage input);

/* Did a rule speak in the last go() or order()? */
void is_quiet(void);
void speaks(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Called in the watcher's place, with its books, once. */
void stage_look(void (*look)(UcCtx *ctx));

#endif
