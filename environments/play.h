/* Environments written in C: Z as a function that plays one world.
 *
 * It knows what Z knows: what reached it. Nothing here tells it which world it plays in. It returns Z's guess, 1 for
 * "this is the real world". For statistics, where a script would be too slow, and for the attacks that toy parameters
 * make visible (docs/advantage.md).
 */
#ifndef ENVIRONMENTS_PLAY_H
#define ENVIRONMENTS_PLAY_H

#include "environments/worlds.h"
#include "simulator/tally.h"

/* What an attack is about; 0 or absent where it does not use it. */
typedef struct {
    uint64_t queries; /* attempts */
} EnvEffort;

typedef struct {
    EnvWorlds *worlds;
    UcWorld *world;
    UcStop stop;
    const EnvEffort *effort;
    size_t seen;     /* entries of the view that were looked at */
    unsigned features;
    double feature[UC_FEATURES];
} EnvPlay;

/* One write of Z; the first message that reached Z since, UC_M_EMPTY if none. After the world has stopped: empty. */
UcMessage env_play_input(EnvPlay *play, UcWord party, UcMessage message);
UcMessage env_play_order(EnvPlay *play, UcWord party, UcMessage message); /* to the dummy adversary */

typedef struct {
    const char *name;
    const char *title;
    int (*play)(EnvPlay *play);
    /* Options that differ from the defaults. */
    void (*options)(EnvOptions *options);
    uint64_t queries;         /* default */
    uint64_t queries_max;     /* 0: takes no such parameter */
    const char *bound_text;   /* NULL: the proof bounds it by nothing above the real parameters' */
    double (*bound)(const EnvOptions *options, const EnvEffort *effort);
    const char *const *feature_name; /* NULL-terminated or NULL */
} EnvNative;

extern const EnvNative env_natives[]; /* ended by a NULL name */
const EnvNative *env_native_find(const char *name);
/* The toy set with hash values of 1 to 3 bytes; and how long they are in these options, 0: not a toy. */
void env_native_use_toy_set(EnvOptions *options, uint64_t hash_bytes);
uint64_t env_native_hash_bytes(const EnvOptions *options);

#endif
