/* Worlds: the activation rules.
 *
 *     REAL :  Z <-> P_1 ... P_n running the protocol,   A = the adversary, who is the network
 *     IDEAL:  Z <-> dummy parties <-> F,                S = UC simulator around the same A
 *
 * Exactly one machine is active; control goes where its one write goes, or to Z. Every machine has a row that says who
 * calls it, what it calls and who has its backdoor; who may write to whom follows. Breaking it is a discipline violation, a
 * bug in a machine and never a verdict.
 *
 * A world has one session, or several of them under one adversary: instances of functionalities and protocols, each among some
 * of the devices. One is described by the world's own fields; several are rows of a table.
 * Source: R. Canetti, Universally Composable Security, ePrint 2000/067 (2020); docs/model.md.
 */
#ifndef SIMULATOR_WORLD_H
#define SIMULATOR_WORLD_H

#include "simulator/attack.h"
#include "simulator/machine.h"
#include "simulator/tape.h"

typedef struct {
    const UcClass *class; /* NULL: no such machine, or (Z) driven from outside by uc_world_turn() */
    const void *config;   /* immutable, outlives the world */
    void *host;           /* scripted machines: their interpreter */
    const char *role;     /* tape label */
} UcMachine;
/* In a step: that of another class in its place, with the other's configuration and host. For classes that wrap one. */
UcResult uc_step_of(UcCtx *ctx, const UcMachine *other, const UcEnvelope *in);

/* Machine numbers; those of the first session. What stands in a table of sessions has its numbers one session after the other,
 * in this order: S, F, parties, sandboxed parties, watchers. The code of a machine does without them. */
enum { UC_Z, UC_A, UC_S, UC_F, UC_PARTY_0 };
static inline uint16_t uc_party(uint64_t number) { return (uint16_t)(UC_PARTY_0 + number); }

typedef enum {
    UC_ROLE_NONE, /* a number of which there is no machine in this world */
    UC_ROLE_ENVIRONMENT,
    UC_ROLE_ADVERSARY,
    UC_ROLE_SIMULATOR, /* S */
    UC_ROLE_FUNCTIONALITY,
    UC_ROLE_PARTY,     /* of the protocol, or a dummy party */
    UC_ROLE_SANDBOX,   /* a party inside S */
    UC_ROLE_WATCHER,
} UcRole;

/* A machine's row: who is at the ends of its channels. Numbers are UC_NOBODY where there is none. */
typedef struct {
    UcRole role;
    const UcMachine *machine;   /* class, configuration, host; NULL: a watcher */
    uint16_t session;           /* its number; of Z and A the first */
    uint16_t self;              /* who it is to others: a sandboxed party is the party that it stands for */
    UcWord pid;                 /* UC_NO_PARTY: no party */
    uint16_t caller;            /* a functionality has many: those whose subroutine it is */
    uint16_t backdoor;          /* who has it: A, and S in the ideal process; of S it is A */
    uint16_t functionality;     /* S: whose backdoor it has */
    const uint16_t *subroutine; /* by slot */
    unsigned subroutines;
} UcRow;

typedef enum {
    UC_STOP_HALT,       /* Z gave its guess bit */
    UC_STOP_Z,          /* driven from outside: Z is active */
    UC_STOP_LIMIT,      /* the budget ran out */
    UC_STOP_DISCIPLINE, /* a machine broke the rules of the model */
    UC_STOP_SIMULATION, /* simulation failed */
    UC_STOP_SCRIPT,     /* a scripted machine stopped with an error: not a verdict */
    UC_STOP_ASSERTION,  /* an assertion of the script does not hold */
} UcStop;

typedef struct UcWorld UcWorld;

/* One activation, as observers see it. */
typedef struct {
    uint64_t number;      /* from 1 */
    uint16_t machine;
    UcRole role;          /* of the machine */
    UcWord pid;           /* of the machine; UC_NO_PARTY: no party */
    UcSide side;          /* from where it was activated, as the machine sees it */
    const char *channel;  /* of what activated it, "start" for the first */
    UcEnvelope in;        /* UC_M_EMPTY when control came back without a message */
    UcOutcome outcome;
    unsigned persists;
    UcPoint crash;        /* the point at which an armed crash fell */
    const UcMark *mark;   /* in order, also those of parties sandboxed in this machine; until the next activation */
    unsigned marks;
    uint64_t view;        /* Z: number of this entry in its view; else 0 */
} UcActivation;

/* What an activation was, for watchers and observers: a party is given an input; a party, or S for one, is written to at its
 * backdoor; what a machine wrote, NULL if it did not: to its caller, to the adversary; a payload that a party (or S for one)
 * put on the network. */
static inline bool uc_is_input(const UcActivation *a) { return a->role == UC_ROLE_PARTY && a->side == UC_CALLER; }
static inline bool uc_is_order(const UcActivation *a, UcWord kind)
{
    return a->side == UC_BACKDOOR && a->in.message.kind == kind;
}
static inline const UcMessage *uc_wrote(const UcActivation *a, UcSide side)
{
    const UcResult *r = &a->outcome.result;
    return r->code == UC_SEND && r->side == side ? &r->message : NULL;
}
static inline const UcMessage *uc_wrote_payload(const UcActivation *a)
{
    const UcMessage *m = uc_wrote(a, UC_BACKDOOR);
    return m && m->kind == UC_M_PAYLOAD ? m : NULL;
}

/* A rule that is asserted of runs: its name, with which the texts of those who find it broken begin ("A1: ..."). Tables of rules
 * end with one without a name. */
typedef struct {
    const char *name;
    bool progress; /* what must happen: it breaks as "no progress"; of what must not, "invariant broken" */
} UcRule;

/* Watchers are asserted from outside, after every activation, in both worlds; what they remember lies in regions
 * of their own. Returns NULL or the rule that does not hold; the first one is kept, and the run goes on, so that
 * the comparison of views still tells what Z could see of it. */
typedef struct {
    const char *name;
    const UcRegionKind *kind;
    unsigned kinds;
    const void *config;
    const char *(*watch)(UcCtx *ctx, const UcActivation *activation);
} UcWatcher;

/* S may crash, disable or corrupt only what A ordered: command kind, field with the party, UC_ORDER_ bit. */
typedef struct {
    UcWord kind;
    unsigned field;
    UcWord order;
} UcOrderRule;

/* What a session runs as. */
typedef enum {
    UC_AS_PROTOCOL, /* the parties run the protocol */
    UC_AS_IDEAL,    /* dummy parties, F, and S at its backdoor */
    UC_AS_HYBRID,   /* dummy parties and F; A has its backdoor */
    UC_AS_PLAYED,   /* there is no such session: S of the one that uses it plays it */
} UcRunsAs;

/* A session of a world that has several. */
typedef struct {
    const char *sid;               /* its name, of letters, digits, '-' and '_'; label of its tapes. NULL: the only session */
    UcRunsAs as;
    unsigned parties;
    const char *const *party_name; /* by pid, NULL-terminated; parties of one name in several sessions are on one device */
    const uint16_t *uses;          /* by slot: the session whose parties on the same devices this one's call */
    unsigned slots;
    UcMachine simulator, functionality, party, sandbox; /* as in UcWorldSpec */
    UcMessageTable messages;
    const UcAttackKit *kit;
    const void *kit_setup;
    const UcWatcher *watcher;
    unsigned watchers;
    const UcRule *rules;           /* that they assert, without the session's name */
    const UcOrderRule *order_rule;
    unsigned order_rules;
} UcSession;

/* With a table of sessions these fields of the world are not looked at: parties, party_name, session, machine[UC_S] and [UC_F],
 * party, sandbox, messages, kit, kit_setup, watchers, rules, order rules. */
typedef struct {
    const char *name;
    bool ideal;
    const UcSession *sessions;     /* NULL: one, described here */
    unsigned session_count;        /* at most UC_SESSIONS */
    unsigned parties;
    const char *const *party_name; /* NULL-terminated */
    const char *session;           /* tape label */
    UcMachine machine[UC_PARTY_0]; /* Z, A, S, F */
    UcMachine party;               /* all parties: the protocol, or dummy parties; config is shared */
    UcMachine sandbox;             /* ideal: the protocol's code inside S */
    UcMessageTable messages;
    const UcAttackKit *kit;        /* what A can make, for schedules; NULL: nothing is known */
    const void *kit_setup;
    const UcWatcher *watcher;
    unsigned watchers;
    const UcRule *rules;           /* that they and those who look at many runs assert; NULL: none. Others are invariants */
    const UcOrderRule *order_rule;
    unsigned order_rules;
    UcStorage storage;             /* what A may do to stable storage */
    bool independent;              /* mix the world into tape labels */
    bool torture;                  /* run every activation of a machine with copyable state twice, and backwards at the end */
    uint64_t budget;               /* activations of Z and A */
} UcWorldSpec;

enum { UC_SESSIONS = 16 };
unsigned uc_session_count(const UcWorldSpec *spec);
UcSession uc_session(const UcWorldSpec *spec, unsigned number); /* borrows what the description has */

/* Keeps outside the run what a party of the real world makes stable: called at every persist, when it is decided that
 * the write takes place and before anything leaves the party. NULL, or why it could not be kept: then the party writes
 * and sends nothing, and the run stops with UC_STOP_SCRIPT. */
typedef const char *(*UcKeeper)(void *data, UcWorld *world, uint16_t party);

/* ---- a run ---- */
/* The spec and the store outlive the world. Runs every setup. */
UcWorld *uc_world_new(const UcWorldSpec *spec, UcStore *store, UcLayout *layout, const uint8_t seed[UC_SEED_BYTES]);
void uc_world_free(UcWorld *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcWorld, uc_world_free)

/* Z is a machine of the description: to the end. */
UcStop uc_world_run(UcWorld *world);
/* Z is driven from outside: one write of Z, until Z is active again. */
UcStop uc_world_turn(UcWorld *world, const UcEnvelope *write);
/* Z, driven from outside, is active and nothing is in flight: an empty view, no stop, counts from 0; the state stays.
 * For a search, which sets the state before every turn. */
void uc_world_rewind(UcWorld *world);
/* Z is driven from outside: it reads what reached it last and gives its guess bit, as the last activation. */
void uc_world_halt(UcWorld *world, int bit);
/* Why it stopped: a line for people. Owned by the world. */
const char *uc_world_why(const UcWorld *world);
/* Somebody who looks from outside (not a watcher of the description) found a rule broken; the text is copied. */
void uc_world_note_rule(UcWorld *world, const char *rule);
/* Was this rule ("I1") found broken in the run? */
bool uc_world_breaks(const UcWorld *world, const char *rule);
/* All rules found broken in the run, in the order in which they broke; NULL beyond the last. */
const char *uc_world_broken(const UcWorld *world, unsigned i);
/* The first rule that a watcher found broken, else NULL; with the activation in which that was. */
const char *uc_world_broken_rule(const UcWorld *world, uint64_t *activation);
/* A scripted machine or watcher stops the run from inside its step: UC_STOP_SCRIPT, UC_STOP_ASSERTION or UC_STOP_LIMIT. */
void uc_stop_script(UcCtx *ctx, UcStop how, const char *why);
int uc_world_bit(const UcWorld *world);

/* ---- Z's view (docs/model.md, "View and verdict") ---- */
typedef struct {
    uint64_t activation;    /* an annotation, not compared */
    uint16_t from;          /* 0 in an empty activation */
    uint16_t peer;
    UcMessage message;      /* UC_M_EMPTY: control came back without one */
} UcViewEntry;
const UcViewEntry *uc_world_view(const UcWorld *world, size_t *entries);
bool uc_view_entry_equal(const UcViewEntry *a, const UcViewEntry *b);

/* ---- parts, for observers, exploration and tests ---- */
typedef void (*UcObserver)(void *data, const UcWorld *world, const UcActivation *activation);
void uc_world_observe(UcWorld *world, UcObserver observer, void *data);
void uc_world_keep(UcWorld *world, UcKeeper keep, void *data);
const UcWorldSpec *uc_world_spec(const UcWorld *world);
UcStore *uc_world_store(const UcWorld *world);
UcState *uc_world_state(UcWorld *world);
UcLayout *uc_world_layout(UcWorld *world);
UcDigest uc_world_digest(const UcWorld *world);
uint64_t uc_world_activations(const UcWorld *world);
/* Called with every slot that a step looks at, the first time or again. */
void uc_world_probe(UcWorld *world, void (*probe)(void *data, uint32_t slot), void *data);
const UcRow *uc_world_row(const UcWorld *world, uint16_t machine); /* NULL: a number beyond all */
UcWord uc_world_pid(const UcWorld *world, uint16_t machine);       /* UC_NO_PARTY: it is no party */
/* May A write to the backdoor of this machine? To that of a party, in the ideal process too, of a functionality that stands beside
 * protocols, and of what S plays of these. */
bool uc_world_has_backdoor(const UcWorld *world, uint16_t machine);
/* "Z", "A", "S", "F" or the party's name; for a sandboxed party, that of the party. With sids "SID.S", "SID.hsm1". */
const char *uc_machine_name(const UcWorldSpec *spec, uint16_t machine);
const char *uc_receiver_name(const UcWorldSpec *spec, uint16_t machine); /* "?": nobody can write to it */
/* That of S, F or a party, by the name above; UC_NOBODY: there is none. */
uint16_t uc_machine_named(const UcWorldSpec *spec, const char *name);
/* The session of a machine; of Z and A, and of a number beyond all, UC_NO_SESSION. */
enum { UC_NO_SESSION = UINT16_MAX };
uint16_t uc_session_of(const UcWorldSpec *spec, uint16_t machine);
uint16_t uc_session_first(const UcWorldSpec *spec, unsigned session); /* the number of its S */
/* Its party with this pid; UC_NOBODY: there is none. */
uint16_t uc_session_party(const UcWorldSpec *spec, unsigned session, UcWord pid);
uint16_t uc_sandbox_machine(const UcWorldSpec *spec, uint16_t party);
uint16_t uc_watcher_machine(const UcWorldSpec *spec, unsigned session); /* the first one of the session */
uint16_t uc_machines(const UcWorldSpec *spec); /* one more than the largest number */
/* The session whose table says what a message means: that of who wrote it, or gets it, or whose party's backdoor traffic it is. */
uint16_t uc_session_between(const UcWorldSpec *spec, uint16_t from, uint16_t to, uint16_t peer);
const UcMessageTable *uc_messages_between(const UcWorldSpec *spec, uint16_t from, uint16_t to, uint16_t peer);
const UcRegionKind *uc_region_kind(const UcWorldSpec *spec, UcSlotKey key);
unsigned uc_machine_kinds(const UcWorldSpec *spec, uint16_t machine); /* of its class or watcher */
/* A context for looking at a state from outside an activation. Free with g_free. */
UcCtx *uc_world_look(UcWorld *world);

/* Dummy parties: pass everything between Z and F (docs/model.md, "The two worlds"). */
extern const UcClass uc_dummy_party;

#endif
