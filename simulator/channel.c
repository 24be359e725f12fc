/* The rows of a world's machines, and who may write to whom (docs/model.md, "Machines and activations"). */
#include "simulator/internal.h"

/* ---- rows ---- */

static const uint16_t of_dummies[] = { UC_F };

static UcRow nobody(const UcWorldSpec *spec, uint16_t number)
{
    return (UcRow){ .session = spec->session, .self = number, .pid = UC_NO_PARTY, .caller = UC_NOBODY,
                    .backdoor = UC_NOBODY, .functionality = UC_NOBODY };
}

/* Z, A, S, F */
static UcRow single_row(const UcWorldSpec *spec, uint16_t number)
{
    static const UcRole role[UC_PARTY_0] = { UC_ROLE_ENVIRONMENT, UC_ROLE_ADVERSARY, UC_ROLE_SIMULATOR, UC_ROLE_FUNCTIONALITY };
    UcRow row = nobody(spec, number);
    row.machine = &spec->machine[number];
    bool absent = number == UC_S ? !spec->ideal : number == UC_F && !row.machine->class;
    row.role = absent ? UC_ROLE_NONE : role[number];
    if (number == UC_A)
        row.caller = UC_Z;
    if (row.role == UC_ROLE_SIMULATOR)
        row.functionality = UC_F;
    if (row.role == UC_ROLE_SIMULATOR || row.role == UC_ROLE_FUNCTIONALITY)
        row.backdoor = spec->ideal && number == UC_F ? UC_S : UC_A;
    return row;
}

static UcRow party_row(const UcWorldSpec *spec, unsigned pid)
{
    UcRow row = nobody(spec, uc_party(pid));
    row.role = UC_ROLE_PARTY;
    row.machine = &spec->party;
    row.pid = pid;
    row.caller = UC_Z;
    row.backdoor = spec->ideal ? UC_S : UC_A;
    row.subroutine = of_dummies;
    row.subroutines = spec->machine[UC_F].class ? G_N_ELEMENTS(of_dummies) : 0;
    return row;
}

/* What it writes S takes; it is to have the same ends as the party that it stands for in the real world. */
static UcRow sandbox_row(const UcWorldSpec *spec, unsigned pid)
{
    UcRow row = nobody(spec, uc_party(pid));
    row.role = spec->ideal ? UC_ROLE_SANDBOX : UC_ROLE_NONE;
    row.machine = &spec->sandbox;
    row.pid = pid;
    row.caller = UC_Z;
    row.backdoor = UC_A;
    return row;
}

UcRow *uc_rows_new(const UcWorldSpec *spec, uint16_t *rows)
{
    *rows = uc_watcher_machine(spec, spec->watchers);
    UcRow *row = g_new0(UcRow, *rows);
    for (uint16_t m = 0; m < UC_PARTY_0; m++)
        row[m] = single_row(spec, m);
    for (unsigned pid = 0; pid < spec->parties; pid++) {
        row[uc_party(pid)] = party_row(spec, pid);
        row[uc_sandbox_machine(spec, uc_party(pid))] = sandbox_row(spec, pid);
    }
    for (unsigned i = 0; i < spec->watchers; i++) {
        row[uc_watcher_machine(spec, i)] = nobody(spec, uc_watcher_machine(spec, i));
        row[uc_watcher_machine(spec, i)].role = UC_ROLE_WATCHER;
    }
    return row;
}

/* ---- what two machines are to each other ---- */

static bool calls(const UcRow *row, uint16_t machine, unsigned *slot)
{
    for (*slot = 0; *slot < row->subroutines; ++*slot) {
        if (row->subroutine[*slot] == machine)
            return true;
    }
    return false;
}

/* In the ideal process S has the backdoor of a party; A, which S has at its own, writes to it all the same. */
static bool played(const UcWorld *world, uint16_t machine, uint16_t by)
{
    return machine < world->rows && world->row[machine].backdoor == by;
}

UcSide uc_side(const UcWorld *world, uint16_t machine, uint16_t other)
{
    unsigned slot;
    if (machine >= world->rows || other >= world->rows)
        return UC_NO_SIDE;
    const UcRow *me = &world->row[machine], *they = &world->row[other];
    if (me->caller == other)
        return UC_CALLER;
    if (me->backdoor == other)
        return UC_BACKDOOR;
    if (me->functionality == other)
        return UC_FUNCTIONALITY;
    if (calls(me, other, &slot))
        return (UcSide)(UC_SUBROUTINE + slot);
    if (calls(they, machine, &slot))
        return UC_CALLER;
    if (they->backdoor == machine || (they->role == UC_ROLE_PARTY && played(world, they->backdoor, machine)))
        return UC_BACKDOOR;
    return they->caller == machine ? UC_SUBROUTINE : UC_NO_SIDE;
}

uint16_t uc_machine_of(const UcWorld *world, UcWord pid)
{
    return pid < world->spec->parties ? uc_party(pid) : UC_NOBODY;
}

static uint16_t at_side(const UcRow *row, UcSide side)
{
    switch (side) {
    case UC_CALLER: return row->caller;
    case UC_BACKDOOR: return row->backdoor;
    case UC_FUNCTIONALITY: return row->functionality;
    default: return side - UC_SUBROUTINE < row->subroutines ? row->subroutine[side - UC_SUBROUTINE] : UC_NOBODY;
    }
}

void uc_place(const UcWorld *world, uint16_t machine, UcResult *result)
{
    if (result->code != UC_SEND)
        return;
    if (result->to != UC_NOBODY || result->side == UC_NO_SIDE) {
        result->side = uc_side(world, machine, result->to);
        return;
    }
    uint16_t party = result->peer ? uc_machine_of(world, result->peer - (UcWord)1) : 0;
    bool to_party = party && result->side == UC_CALLER;
    result->to = to_party ? party : at_side(&world->row[machine], result->side);
    result->peer = to_party ? 0 : party;
}

/* ---- who may write to whom ---- */

/* Z, A, S, F, parties; S and the dummy parties, whose backdoor it has, say nothing to each other but through F. */
static const char *const name[UC_ROLE_SANDBOX][UC_ROLE_SANDBOX] = {
    [UC_ROLE_ENVIRONMENT] = { [UC_ROLE_PARTY] = "z2p", [UC_ROLE_ADVERSARY] = "z2a" },
    [UC_ROLE_ADVERSARY] = { [UC_ROLE_ENVIRONMENT] = "a2z", [UC_ROLE_PARTY] = "a2p", [UC_ROLE_FUNCTIONALITY] = "a2f",
                            [UC_ROLE_SIMULATOR] = "a2s" },
    [UC_ROLE_SIMULATOR] = { [UC_ROLE_FUNCTIONALITY] = "a2f", [UC_ROLE_ADVERSARY] = "s2a" },
    [UC_ROLE_FUNCTIONALITY] = { [UC_ROLE_PARTY] = "f2p", [UC_ROLE_ADVERSARY] = "f2a", [UC_ROLE_SIMULATOR] = "f2a" },
    [UC_ROLE_PARTY] = { [UC_ROLE_ENVIRONMENT] = "p2z", [UC_ROLE_ADVERSARY] = "p2a", [UC_ROLE_FUNCTIONALITY] = "p2f" },
};

const char *uc_channel(const UcWorld *world, uint16_t from, uint16_t to, const char **rule)
{
    UcRole f = world->row[from].role, t = to < world->rows ? world->row[to].role : UC_ROLE_NONE;
    if (t >= UC_ROLE_SANDBOX || (t == UC_ROLE_NONE && to >= UC_PARTY_0)) {
        *rule = "no such machine";
        return NULL;
    }
    /* the same words in both worlds, of which one has no S and F */
    const char *channel = uc_side(world, from, to) == UC_NO_SIDE ? NULL : name[f][t];
    if (!channel)
        *rule = UC_NO_CHANNEL;
    return channel;
}
