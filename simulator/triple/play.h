/* Environments written in C: Z as a function that plays one world. A protocol brings them along (UcProtocol.natives).
 *
 * It knows what Z knows: what reached it, and the options of its session. Nothing here tells it which world it plays in. It
 * returns Z's guess, 1 for "this is the real world". For statistics, where a script would be too slow, and for the attacks
 * that toy parameters make visible (docs/advantage.md).
 */
#ifndef SIMULATOR_TRIPLE_PLAY_H
#define SIMULATOR_TRIPLE_PLAY_H

#include "simulator/tally.h"
#include "simulator/triple/triple.h"

/* What an attack is about; 0 or absent where it does not use it. */
typedef struct {
    uint64_t queries; /* attempts */
} UcEffort;

typedef struct {
    UcWorld *world;
    UcStop stop;     /* UC_STOP_Z: the world goes on */
    const UcSessionPlan *plan;
    const void *setup; /* the protocol's */
    const UcEffort *effort;
    size_t seen;     /* entries of the view that were looked at */
    unsigned features;
    double feature[UC_FEATURES];
} UcPlay;

/* One write of Z; the first message that reached Z since, UC_M_EMPTY if none. After the world has stopped: empty. */
UcMessage uc_play_input(UcPlay *play, UcWord party, UcMessage message);
UcMessage uc_play_order(UcPlay *play, UcWord party, UcMessage message); /* to the dummy adversary */

/* An option that is to be another than by default: by its name in files, or as a toy parameter. */
typedef struct {
    const char *option;
    uint64_t number;
} UcPreset;

struct UcNative {
    const char *name;         /* of all that there are one has it */
    const char *title;
    int (*play)(UcPlay *play);
    const UcPreset *preset;   /* ended by one without an option; NULL: none. Crypto is ideal unless one says otherwise */
    uint64_t queries;         /* default */
    uint64_t queries_max;     /* 0: takes no such parameter */
    const char *bound_text;   /* NULL: the proof bounds it by nothing above the real parameters' */
    double (*bound)(const UcSessionPlan *plan, const UcEffort *effort);
    const char *const *feature_name; /* NULL-terminated or NULL */
};

#endif
