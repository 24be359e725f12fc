/* The rows of a world's machines, and who may write to whom (docs/model.md, "Machines and activations"). */
#include <string.h>

#include "simulator/internal.h"

/* ---- sessions, and where their machines are ---- */

enum { OF_S, OF_F, OF_PARTIES }; /* behind the first number of a session */
G_STATIC_ASSERT(UC_S + OF_F == UC_F && UC_S + OF_PARTIES == UC_PARTY_0);

unsigned uc_session_count(const UcWorldSpec *spec) { return spec->sessions ? spec->session_count : 1; }

UcSession uc_session(const UcWorldSpec *spec, unsigned number)
{
    g_assert(number < uc_session_count(spec));
    if (spec->sessions)
        return spec->sessions[number];
    return (UcSession){ .as = spec->ideal ? UC_AS_IDEAL : UC_AS_PROTOCOL, .parties = spec->parties, .party_name = spec->party_name,
                        .simulator = spec->machine[UC_S], .functionality = spec->machine[UC_F], .party = spec->party,
                        .sandbox = spec->sandbox, .messages = spec->messages, .kit = spec->kit, .kit_setup = spec->kit_setup,
                        .watcher = spec->watcher, .watchers = spec->watchers, .rules = spec->rules, .order_rule = spec->order_rule,
                        .order_rules = spec->order_rules };
}

static unsigned parties_of(const UcWorldSpec *spec, unsigned session)
{
    return spec->sessions ? spec->sessions[session].parties : spec->parties;
}

static unsigned size_of(const UcWorldSpec *spec, unsigned session)
{
    return OF_PARTIES + 2 * parties_of(spec, session) + (spec->sessions ? spec->sessions[session].watchers : spec->watchers);
}

uint16_t uc_session_first(const UcWorldSpec *spec, unsigned session)
{
    unsigned first = UC_S;
    for (unsigned i = 0; i < session; i++)
        first += size_of(spec, i);
    return (uint16_t)first;
}

uint16_t uc_machines(const UcWorldSpec *spec) { return uc_session_first(spec, uc_session_count(spec)); }

uint16_t uc_session_of(const UcWorldSpec *spec, uint16_t machine)
{
    unsigned end = UC_S, count = uc_session_count(spec);
    if (machine < UC_S)
        return UC_NO_SESSION;
    for (unsigned i = 0; i < count; i++) {
        end += size_of(spec, i);
        if (machine < end)
            return (uint16_t)i;
    }
    return UC_NO_SESSION;
}

uint16_t uc_session_party(const UcWorldSpec *spec, unsigned session, UcWord pid)
{
    return pid < parties_of(spec, session) ? (uint16_t)(uc_session_first(spec, session) + OF_PARTIES + pid) : UC_NOBODY;
}

uint16_t uc_sandbox_machine(const UcWorldSpec *spec, uint16_t party)
{
    unsigned session = spec->sessions ? uc_session_of(spec, party) : 0;
    return (uint16_t)(party + parties_of(spec, session));
}

uint16_t uc_watcher_machine(const UcWorldSpec *spec, unsigned session)
{
    return (uint16_t)(uc_session_first(spec, session) + OF_PARTIES + 2 * parties_of(spec, session));
}

static const char *name_in(const UcSession *s, unsigned place)
{
    static const char *const fixed[OF_PARTIES] = { "S", "F" };
    if (place < OF_PARTIES)
        return fixed[place];
    place -= OF_PARTIES;
    if (place >= s->parties)
        place -= s->parties;
    return place < s->parties ? s->party_name[place] : NULL;
}

const char *uc_machine_name(const UcWorldSpec *spec, uint16_t machine)
{
    uint16_t session = uc_session_of(spec, machine);
    if (session == UC_NO_SESSION)
        return machine == UC_Z ? "Z" : machine == UC_A ? "A" : "?";
    UcSession s = uc_session(spec, session);
    const char *name = name_in(&s, machine - uc_session_first(spec, session));
    if (!s.sid || !name)
        return name ? name : "?";
    g_autofree char *whole = g_strconcat(s.sid, ".", name, NULL);
    return g_intern_string(whole);
}

const char *uc_receiver_name(const UcWorldSpec *spec, uint16_t machine)
{
    uint16_t session = uc_session_of(spec, machine);
    bool receives = session == UC_NO_SESSION
                        ? machine < UC_S : machine < uc_session_first(spec, session) + OF_PARTIES + parties_of(spec, session);
    return receives ? uc_machine_name(spec, machine) : "?";
}

uint16_t uc_machine_named(const UcWorldSpec *spec, const char *name)
{
    for (unsigned i = 0; i < uc_session_count(spec); i++) {
        uint16_t first = uc_session_first(spec, i), end = (uint16_t)(first + OF_PARTIES + parties_of(spec, i));
        for (uint16_t m = first; m < end; m++) {
            if (!strcmp(uc_machine_name(spec, m), name))
                return m;
        }
    }
    return UC_NOBODY;
}

static bool uses(const UcWorldSpec *spec, unsigned user, unsigned used)
{
    const UcSession *s = &spec->sessions[user];
    for (unsigned slot = 0; slot < s->slots; slot++) {
        if (s->uses[slot] == used)
            return true;
    }
    return false;
}

/* Between a party and what it calls it is the called one's. */
uint16_t uc_session_between(const UcWorldSpec *spec, uint16_t from, uint16_t to, uint16_t peer)
{
    if (!spec->sessions)
        return 0;
    uint16_t f = uc_session_of(spec, from), t = uc_session_of(spec, to), p = uc_session_of(spec, peer);
    bool outside = f == UC_NO_SESSION || t == UC_NO_SESSION; /* Z or A speak, about a machine that S may play */
    if (outside && p != UC_NO_SESSION)
        return p;
    uint16_t session = f == UC_NO_SESSION ? t : t == UC_NO_SESSION || !uses(spec, f, t) ? f : t;
    return session == UC_NO_SESSION ? 0 : session;
}

const UcMessageTable *uc_messages_between(const UcWorldSpec *spec, uint16_t from, uint16_t to, uint16_t peer)
{
    return spec->sessions ? &spec->sessions[uc_session_between(spec, from, to, peer)].messages : &spec->messages;
}

/* ---- rows ---- */

static UcRow nobody(uint16_t session, uint16_t number)
{
    return (UcRow){ .session = session, .self = number, .pid = UC_NO_PARTY, .caller = UC_NOBODY, .backdoor = UC_NOBODY,
                    .functionality = UC_NOBODY };
}

/* The session that uses this one; UC_NO_SESSION: Z calls it. */
static uint16_t caller_of(const UcWorldSpec *spec, unsigned session)
{
    for (unsigned i = 0; spec->sessions && i < spec->session_count; i++) {
        if (uses(spec, i, session))
            return (uint16_t)i;
    }
    return UC_NO_SESSION;
}

/* S of the session, or of the one that it is played in; else A. */
static uint16_t backdoor_of(const UcWorldSpec *spec, unsigned session)
{
    while (uc_session(spec, session).as == UC_AS_PLAYED)
        session = caller_of(spec, session);
    return uc_session(spec, session).as == UC_AS_IDEAL ? (uint16_t)(uc_session_first(spec, session) + OF_S) : UC_A;
}

/* Its party on the device of this name. */
static uint16_t on_device(const UcWorldSpec *spec, unsigned session, const char *name)
{
    const char *const *party_name = uc_session(spec, session).party_name;
    for (unsigned pid = 0; pid < parties_of(spec, session); pid++) {
        if (!strcmp(party_name[pid], name))
            return uc_session_party(spec, session, pid);
    }
    return UC_NOBODY;
}

/* The rows of one session. */
typedef struct {
    const UcWorldSpec *spec;
    UcSession s;
    const UcMachine *simulator, *functionality, *party, *sandbox;
    uint16_t number, first, caller, backdoor;
    UcRow *row;       /* of all machines */
    uint16_t **slots; /* room for subroutines */
} Making;

static void add_simulator(const Making *m)
{
    UcRow *row = &m->row[m->first + OF_S];
    row->machine = m->simulator;
    if (m->s.as != UC_AS_IDEAL)
        return;
    row->role = UC_ROLE_SIMULATOR;
    row->functionality = (uint16_t)(m->first + OF_F);
    row->backdoor = UC_A;
}

static void add_functionality(const Making *m)
{
    UcRow *row = &m->row[m->first + OF_F];
    row->machine = m->functionality;
    if (m->s.as == UC_AS_PLAYED) {
        row->backdoor = m->backdoor;
    } else if (row->machine->class) {
        row->role = UC_ROLE_FUNCTIONALITY;
        row->backdoor = m->backdoor;
    }
}

/* Parties of the protocol call those of the sessions that it uses; dummies, and the parties of a protocol whose F stands in its
 * own session, call that. */
static void add_subroutines(const Making *m, UcRow *row, unsigned pid)
{
    bool protocol = m->s.as == UC_AS_PROTOCOL;
    row->subroutine = *m->slots;
    if (protocol && m->s.slots) {
        for (; row->subroutines < m->s.slots; row->subroutines++)
            *(*m->slots)++ = on_device(m->spec, m->s.uses[row->subroutines], m->s.party_name[pid]);
    } else if (m->functionality->class) {
        *(*m->slots)++ = (uint16_t)(m->first + OF_F);
        row->subroutines = 1;
    }
}

static void add_party(const Making *m, unsigned pid)
{
    uint16_t number = uc_session_party(m->spec, m->number, pid);
    UcRow *row = &m->row[number];
    row->machine = m->party;
    row->pid = pid;
    row->backdoor = m->backdoor;
    row->caller = m->caller == UC_NO_SESSION ? UC_Z : on_device(m->spec, m->caller, m->s.party_name[pid]);
    if (m->s.as == UC_AS_PLAYED)
        return;
    row->role = UC_ROLE_PARTY;
    add_subroutines(m, row, pid);
}

/* What it writes S takes; it is to have the same ends as the party that it stands for in the real world. */
static void add_sandbox(const Making *m, unsigned pid)
{
    uint16_t number = uc_session_party(m->spec, m->number, pid);
    UcRow *row = &m->row[uc_sandbox_machine(m->spec, number)];
    row->role = m->s.as == UC_AS_IDEAL ? UC_ROLE_SANDBOX : UC_ROLE_NONE;
    row->machine = m->sandbox;
    row->self = number;
    row->pid = pid;
    row->caller = m->row[number].caller;
    row->backdoor = UC_A;
    row->subroutine = *m->slots;
    for (; row->subroutines < m->s.slots; row->subroutines++)
        *(*m->slots)++ = on_device(m->spec, m->s.uses[row->subroutines], m->s.party_name[pid]);
}

static void add_session(const UcWorldSpec *spec, unsigned number, UcRow *row, uint16_t **slots)
{
    const UcSession *of = spec->sessions ? &spec->sessions[number] : NULL;
    Making m = { spec, uc_session(spec, number), of ? &of->simulator : &spec->machine[UC_S],
                 of ? &of->functionality : &spec->machine[UC_F], of ? &of->party : &spec->party,
                 of ? &of->sandbox : &spec->sandbox, (uint16_t)number, uc_session_first(spec, number), caller_of(spec, number),
                 backdoor_of(spec, number), row, slots };
    for (unsigned i = 0; i < size_of(spec, number); i++)
        row[m.first + i] = nobody((uint16_t)number, (uint16_t)(m.first + i));
    add_simulator(&m);
    add_functionality(&m);
    for (unsigned pid = 0; pid < m.s.parties; pid++) {
        add_party(&m, pid);
        add_sandbox(&m, pid);
    }
    for (unsigned i = 0; i < m.s.watchers; i++)
        row[m.first + OF_PARTIES + 2 * m.s.parties + i].role = UC_ROLE_WATCHER;
}

UcRow *uc_rows_new(const UcWorldSpec *spec, uint16_t *rows)
{
    static const UcRole role[] = { UC_ROLE_ENVIRONMENT, UC_ROLE_ADVERSARY };
    unsigned sessions = uc_session_count(spec);
    *rows = uc_machines(spec);
    size_t slots = 0;
    for (unsigned i = 0; i < sessions; i++)
        slots += 2 * parties_of(spec, i) * (1 + uc_session(spec, i).slots);
    UcRow *row = g_malloc0(*rows * sizeof *row + slots * sizeof(uint16_t));
    uint16_t *free_slot = (uint16_t *)(void *)&row[*rows];
    for (uint16_t m = 0; m < UC_S; m++) {
        row[m] = nobody(0, m);
        row[m].role = role[m];
        row[m].machine = &spec->machine[m];
    }
    row[UC_A].caller = UC_Z;
    for (unsigned i = 0; i < sessions; i++)
        add_session(spec, i, row, &free_slot);
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

/* In the ideal process S has the backdoor of a party, and of all that it plays; A, which S has at its own, writes there all the
 * same. */
static bool played(const UcWorld *world, const UcRow *row, uint16_t by)
{
    const UcRow *player = row->backdoor < world->rows ? &world->row[row->backdoor] : NULL;
    return player && player->backdoor == by && (row->role == UC_ROLE_PARTY || row->role == UC_ROLE_NONE);
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
    if (they->backdoor == machine || played(world, they, machine))
        return UC_BACKDOOR;
    return they->caller == machine ? UC_SUBROUTINE : UC_NO_SIDE;
}

uint16_t uc_place_in_session(const UcWorld *world, uint16_t machine)
{
    unsigned session = world->row[machine].session;
    return session ? (uint16_t)(machine - uc_session_first(world->spec, session) + UC_S) : machine;
}

uint16_t uc_machine_of(const UcWorld *world, uint16_t session, UcWord pid)
{
    return uc_session_party(world->spec, session, pid);
}

uint16_t uc_at_side(const UcRow *row, UcSide side)
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
    uint16_t session = world->row[machine].session;
    const UcSession *own = &world->session[session];
    if (result->used && result->used <= own->slots) {
        session = own->uses[result->used - 1];
        uint16_t f = (uint16_t)(uc_session_first(world->spec, session) + OF_F);
        result->peer = result->peer == UC_NOBODY ? f : uc_machine_of(world, session, result->peer - (UcWord)1);
        result->to = uc_at_side(&world->row[machine], result->side);
        return;
    }
    uint16_t party = result->peer ? uc_machine_of(world, session, result->peer - (UcWord)1) : 0;
    bool to_party = party && result->side == UC_CALLER;
    result->to = to_party ? party : uc_at_side(&world->row[machine], result->side);
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
    [UC_ROLE_PARTY] = { [UC_ROLE_ENVIRONMENT] = "p2z", [UC_ROLE_ADVERSARY] = "p2a", [UC_ROLE_FUNCTIONALITY] = "p2f",
                        [UC_ROLE_PARTY] = "p2p" },
};

/* Is this the number of an S or F, also in a world without it? */
static bool is_s_or_f(const UcWorld *world, uint16_t machine)
{
    return machine < world->rows && machine >= UC_S &&
           machine - uc_session_first(world->spec, world->row[machine].session) < OF_PARTIES;
}

const char *uc_channel(const UcWorld *world, uint16_t from, uint16_t to, const char **rule)
{
    UcRole f = world->row[from].role, t = to < world->rows ? world->row[to].role : UC_ROLE_NONE;
    if (t >= UC_ROLE_SANDBOX || (t == UC_ROLE_NONE && !is_s_or_f(world, to))) {
        *rule = "no such machine";
        return NULL;
    }
    /* the same words in both worlds, of which one has no S and F */
    const char *channel = uc_side(world, from, to) == UC_NO_SIDE ? NULL : name[f][t];
    if (!channel)
        *rule = UC_NO_CHANNEL;
    return channel;
}
