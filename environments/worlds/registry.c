#include "environments/worlds/registry.h"

#include <string.h>

#include "adversary/auth/simulator.h"
#include "adversary/com/simulator.h"
#include "adversary/ticketed/dictated.h"
#include "adversary/ticketed/stolen.h"
#include "functionality/auth/f_auth.h"
#include "functionality/com/f_com.h"
#include "functionality/dkm/f_dkm.h"
#include "protocol/auth/macs.h"
#include "protocol/com/masked.h"
#include "protocol/ticketed/party.h"

static const UcSimulatorRow dkm_simulators[] = { { "uc", &uc_simulator_class }, { "dictated", &dictated_class }, { NULL, NULL } };

const UcTriple env_triple[] = {
    { &ticketed_transfer, &f_dkm, dkm_simulators, &dkm_kit },
    { &counted_macs, &f_auth, auth_simulators, &auth_kit },
    { &masked_texts, &f_com, com_simulators, &com_kit },
    { NULL, NULL, NULL, NULL },
};
const unsigned env_triples = G_N_ELEMENTS(env_triple) - 1;

const UcTriple *env_triple_find(const char *protocol)
{
    g_assert(protocol);
    for (const UcTriple *t = env_triple; t->protocol; t++) {
        if (!strcmp(t->protocol->name, protocol))
            return t;
    }
    return NULL;
}
