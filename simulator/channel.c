/* Who may write to whom (docs/model.md, "Machines and activations"). */
#include "simulator/internal.h"

typedef enum { Z, A, S, F, P, NOBODY } Role;

static Role role_of(const UcWorldSpec *spec, uint16_t machine)
{
    switch (machine) {
    case UC_Z: return Z;
    case UC_A: return A;
    case UC_S: return spec->ideal ? S : NOBODY;
    case UC_F: return spec->machine[UC_F].class ? F : NOBODY;
    default: return machine - UC_PARTY_0 < (int)spec->parties ? P : NOBODY;
    }
}

enum { BOTH, REAL_ONLY, IDEAL_ONLY };
static const struct {
    Role from, to;
    int world;
    const char *name;
} table[] = {
    { Z, P, BOTH, "z2p" },       { P, Z, BOTH, "p2z" },       { Z, A, BOTH, "z2a" },
    { A, Z, BOTH, "a2z" },       { P, A, REAL_ONLY, "p2a" },  { A, P, REAL_ONLY, "a2p" },
    { F, A, REAL_ONLY, "f2a" },  { A, F, REAL_ONLY, "a2f" },  { P, F, BOTH, "p2f" },
    { F, P, BOTH, "f2p" },       { S, F, IDEAL_ONLY, "a2f" }, { F, S, IDEAL_ONLY, "f2a" },
    { A, S, IDEAL_ONLY, "a2s" }, { S, A, IDEAL_ONLY, "s2a" },
};

const char *uc_channel(const UcWorldSpec *spec, uint16_t from, uint16_t to, const char **rule)
{
    Role f = role_of(spec, from), t = role_of(spec, to);
    if (t == NOBODY) {
        /* the same words in both worlds, of which one has no S and F */
        *rule = to < UC_PARTY_0 ? UC_NO_CHANNEL : "no such machine";
        return NULL;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (table[i].from == f && table[i].to == t &&
            (table[i].world == BOTH || (table[i].world == IDEAL_ONLY) == spec->ideal))
            return table[i].name;
    }
    *rule = UC_NO_CHANNEL;
    return NULL;
}
