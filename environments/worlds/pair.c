#include "environments/worlds/pair.h"

struct EnvPair {
    EnvWorld which;
    UcLock lock;
};

EnvPair *env_pair_of(EnvWorlds *worlds, EnvWorld which)
{
    g_assert(worlds && which <= ENV_WORLDS);
    EnvPair *pair = g_new0(EnvPair, 1);
    pair->which = which;
    pair->lock.worlds = which == ENV_WORLDS ? 2 : 1;
    for (unsigned i = 0; i < pair->lock.worlds; i++) {
        EnvWorld world = which == ENV_WORLDS ? (EnvWorld)i : which;
        g_assert(!env_worlds_spec(worlds, world)->machine[UC_Z].class);
        pair->lock.world[i] = env_worlds_start(worlds, world);
    }
    pair->lock.last = (UcComparison){ .verdict = UC_INDISTINGUISHABLE, .why = "" };
    return pair;
}

EnvPair *env_pair_new(EnvWorlds *worlds) { return env_pair_of(worlds, ENV_WORLDS); }

void env_pair_free(EnvPair *pair)
{
    if (!pair)
        return;
    for (unsigned i = 0; i < pair->lock.worlds; i++)
        uc_world_free(pair->lock.world[i]);
    g_free(pair);
}

void env_pair_observe(EnvPair *pair, UcObserver observe, void *data)
{
    for (unsigned i = 0; observe && i < pair->lock.worlds; i++)
        uc_world_observe(pair->lock.world[i], observe, data);
}

UcComparison env_pair_turn(EnvPair *pair, const UcEnvelope *write)
{
    g_assert(pair && write);
    return uc_lock_turn(&pair->lock, write);
}

UcWorld *env_pair_world(EnvPair *pair, EnvWorld which)
{
    g_assert(pair && which < ENV_WORLDS && (pair->which == ENV_WORLDS || pair->which == which));
    return pair->lock.world[pair->which == ENV_WORLDS ? which : 0];
}

void env_pair_halt(EnvPair *pair)
{
    for (unsigned i = 0; i < pair->lock.worlds; i++)
        uc_world_halt(pair->lock.world[i], 0);
}

UcViewEntry env_pair_reply(const EnvPair *pair) { return uc_lock_reply(&pair->lock); }
const UcLock *env_pair_lock(const EnvPair *pair) { return &pair->lock; }
