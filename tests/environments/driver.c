#include "tests/environments/driver.h"

#include <check.h>

static EnvWorlds *worlds;
static EnvPair *pair;

void driver_start(const EnvOptions *options)
{
    GError *error = NULL;
    worlds = env_worlds_new(options, &error);
    ck_assert_msg(worlds != NULL, "%s", error ? error->message : "");
    pair = env_pair_new(worlds);
}

void driver_stop(void)
{
    env_pair_free(pair);
    env_worlds_free(worlds);
    pair = NULL;
    worlds = NULL;
}

EnvWorlds *driver_worlds(void) { return worlds; }
EnvPair *driver_pair(void) { return pair; }

UcWord text(const char *t) { return uc_store_text(env_worlds_store(worlds), t); }

UcComparison verdict(UcEnvelope write) { return env_pair_turn(pair, &write); }

UcMessage same(UcEnvelope write)
{
    UcComparison c = verdict(write);
    ck_assert_msg(c.verdict == UC_INDISTINGUISHABLE, "%s: %s", uc_verdict_name[c.verdict], c.why);
    return env_pair_reply(pair).message;
}

UcMessage input(UcWord party, UcMessage m) { return same(uc_input(party, m)); }
UcMessage order(UcWord party, UcMessage m) { return same(uc_order(party, m)); }

UcWord keygen(UcWord party)
{
    UcMessage m = input(party, (UcMessage){ DKM_KEYGEN, { text(((const DkmOptions *)env_worlds_setup(worlds))->sigma[0]->name) } });
    ck_assert_uint_eq(m.kind, DKM_KEY);
    return m.w[0];
}

UcWord request(UcWord party, UcWord kid, UcWord count, UcWord from)
{
    UcMessage m = input(party, (UcMessage){ DKM_REQUEST, { kid, count, from } });
    ck_assert_uint_eq(m.kind, DKM_REQUESTED);
    return m.w[0];
}

UcWord transfer(UcWord party, UcWord kid, UcWord count, UcWord to, UcWord ticket)
{
    UcMessage m = input(party, (UcMessage){ DKM_TRANSFER, { kid, count, to, ticket } });
    ck_assert_uint_eq(m.kind, UC_M_PAYLOAD);
    return m.w[1];
}

UcMessage deliver(UcWord party, UcWord payload) { return order(party, (UcMessage){ UC_M_DELIVER, { payload } }); }
UcMessage sign(UcWord party, UcWord kid, const char *m) { return input(party, (UcMessage){ DKM_SIGN, { kid, text(m) } }); }
UcMessage status(UcWord party, UcWord kid) { return input(party, (UcMessage){ DKM_STATUS, { kid } }); }
void crash(UcWord party, UcPoint point) { order(party, (UcMessage){ UC_M_CRASH, { point } }); }
void crash_losing(UcWord party, UcWord writes) { order(party, (UcMessage){ UC_M_CRASH, { UC_POINT_LOSE, writes } }); }
void restart(UcWord party) { order(party, (UcMessage){ UC_M_RESTART, { 0 } }); }
void restore(UcWord party, UcWord snapshot) { order(party, (UcMessage){ UC_M_RESTORE, { snapshot } }); }

UcWord corrupt(UcWord party)
{
    UcMessage m = order(party, (UcMessage){ UC_M_CORRUPT, { 0 } });
    ck_assert_uint_eq(m.kind, UC_M_STATE);
    return m.w[0];
}
