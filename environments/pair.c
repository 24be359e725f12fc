#include "environments/pair.h"

struct EnvPair {
    EnvWorlds *worlds;
    UcWorld *world[ENV_WORLDS];
    size_t compared;
    UcComparison last;
    UcViewEntry reply;
};

EnvPair *env_pair_new(EnvWorlds *worlds)
{
    EnvPair *pair = g_new0(EnvPair, 1);
    pair->worlds = worlds;
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++) {
        g_assert(!env_worlds_spec(worlds, which)->machine[UC_Z].class);
        pair->world[which] = env_worlds_start(worlds, which);
    }
    pair->last = (UcComparison){ .verdict = UC_INDISTINGUISHABLE, .why = "" };
    return pair;
}

void env_pair_free(EnvPair *pair)
{
    if (!pair)
        return;
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++)
        uc_world_free(pair->world[which]);
    g_free(pair);
}

UcComparison env_pair_turn(EnvPair *pair, const UcEnvelope *write)
{
    g_assert(pair && write);
    if (!uc_verdict_is_open(pair->last.verdict))
        return pair->last;
    UcStop stop[ENV_WORLDS];
    size_t entries;
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++)
        stop[which] = uc_world_turn(pair->world[which], write);
    const UcViewEntry *view = uc_world_view(pair->world[ENV_REAL], &entries);
    pair->reply = (UcViewEntry){ 0 };
    for (size_t i = pair->compared; i < entries && pair->reply.message.kind == UC_M_EMPTY; i++)
        pair->reply = view[i];
    env_worlds_audit(pair->worlds, pair->world[ENV_REAL]);
    pair->last = uc_compare(pair->world[ENV_REAL], stop[ENV_REAL], pair->world[ENV_IDEAL], stop[ENV_IDEAL],
                            pair->compared);
    pair->compared = entries;
    return pair->last;
}

UcWorld *env_pair_world(EnvPair *pair, EnvWorld which) { return pair->world[which]; }
UcViewEntry env_pair_reply(const EnvPair *pair) { return pair->reply; }

UcEnvelope env_input(UcWord party, UcMessage message)
{
    return (UcEnvelope){ UC_Z, uc_party(party), 0, message };
}

UcEnvelope env_order(UcWord party, UcMessage message)
{
    return (UcEnvelope){ UC_Z, UC_A, uc_party(party), message };
}
