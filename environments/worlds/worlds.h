/* The two worlds of a scenario, built from its static table.
 *
 * Everything that both worlds of a run share lies here: the store of bytes, the set-ups of interface and protocol, the
 * options. A set-up is immutable once built; worlds made from it are independent of each other.
 */
#ifndef ENVIRONMENTS_WORLDS_WORLDS_H
#define ENVIRONMENTS_WORLDS_WORLDS_H

#include "environments/worlds/registry.h"

enum { ENV_PARTIES = 1000, ENV_SESSIONS = 8 }; /* at most; parties of all sessions together */

typedef enum { ENV_REAL, ENV_IDEAL, ENV_WORLDS } EnvWorld;
extern const char *const env_world_name[ENV_WORLDS + 1];

/* A session of a scenario that has several: what is its own. Names are not owned. */
typedef struct {
    const char *sid;
    const UcTriple *triple;
    const char *const *party;
    UcSettings interface, protocol;
    const UcSimulatorRow *simulator;
    const char *uses[UC_USES];     /* by slot of its protocol: the sid of the session that its parties call; NULL: none is named */
    bool called;                   /* Z calls it */
    bool protocol_in[ENV_WORLDS];  /* runs as the protocol in that world; else as F with S */
} EnvSession;

typedef struct {
    const UcTriple *triple;
    const char *const *party; /* names, NULL-terminated; not owned */
    bool crypto_ideal;
    UcStorage storage;
    UcSettings interface, protocol; /* values of the options that the triple's interface and protocol have; texts not owned */
    uint64_t budget;          /* activations of Z and A; 0: unlimited */
    bool torture, independent;
    const UcSimulatorRow *simulator; /* of the triple's */
    bool harvest;             /* scripts: when it is over, an attacker forges with what it has seen (harvester.h) */
    struct EnvShared *shared; /* what this run shares with others; borrowed; NULL: nothing */
    const char *store;        /* folder that keeps the real parties' stable state; NULL: nothing outlives the run */
    uint8_t seed[UC_SEED_BYTES];
    unsigned sessions;        /* 0: one, which has no sid; else these, and what stands above of a session is the first one's */
    EnvSession session[ENV_SESSIONS];
} EnvOptions;

EnvOptions env_default_options(void);
/* The options of one session alone: of the only one, or of this one of several. And back. */
EnvOptions env_options_of(const EnvOptions *options, unsigned session);
void env_options_put(EnvOptions *options, unsigned session, const EnvOptions *of);
static inline unsigned env_options_sessions(const EnvOptions *o) { return o->sessions ? o->sessions : 1; }
/* The number of a session by its sid; ENV_SESSIONS: there is none. */
unsigned env_options_session(const EnvOptions *options, const char *sid);
/* This triple, its options as by default, its first S. */
void env_options_take(EnvOptions *options, const UcTriple *triple);
/* What runs may share (UcInterface.shared_new), of every interface. To be freed after the runs. */
typedef struct EnvShared EnvShared;
EnvShared *env_shared_new(void);
void env_shared_free(EnvShared *shared);
void *env_shared_of(const EnvShared *shared, const UcTriple *triple);
/* What set-ups are made for; borrows all that is in the options. */
UcSessionPlan env_session_plan(EnvOptions *options);
/* The seed of a run from the number given on the command line. */
void env_seed(uint64_t number, uint8_t out[UC_SEED_BYTES]);

typedef struct EnvWorlds EnvWorlds;

#define ENV_ERROR (env_error_quark())
GQuark env_error_quark(void);
typedef enum { ENV_ERROR_OPTION, ENV_ERROR_SCRIPT, ENV_ERROR_FILE, ENV_ERROR_LIMIT } EnvError;

/* sessions.c: the session whose protocol calls this one; ENV_SESSIONS: none does. */
unsigned env_options_user(const EnvOptions *options, unsigned session);
/* sessions.c: NULL, or what is wrong with the sessions together, "FIELD: expected ..., got ...", to be freed with g_free(). */
char *env_options_sessions_wrong(const EnvOptions *options);
/* For what knows no table of sessions: false where there is one, and an error that says so of `what`. */
bool env_options_one_session(const EnvOptions *options, const char *what, GError **error);

/* NULL and an error that names the option when one is unknown or out of range. */
EnvWorlds *env_worlds_new(const EnvOptions *options, GError **error);
void env_worlds_free(EnvWorlds *worlds);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvWorlds, env_worlds_free)

/* The description of one world; Z and A are filled in by the caller: class NULL for a Z driven from outside,
 * adversary_dummy unless there is a scripted A. Owned by `worlds`, changed until the first uc_world_new() only. */
UcWorldSpec *env_worlds_spec(EnvWorlds *worlds, EnvWorld which);
UcStore *env_worlds_store(EnvWorlds *worlds);
UcLayout *env_worlds_layout(EnvWorlds *worlds, EnvWorld which);
const EnvOptions *env_worlds_options(const EnvWorlds *worlds);
/* Of one session (0: of the only one): its options alone; configurations: the interface's, which F has too, and the protocol's. */
const EnvOptions *env_worlds_session(const EnvWorlds *worlds, unsigned session);
const void *env_worlds_protocol_of(const EnvWorlds *worlds, unsigned session);
/* Of the first session. */
const void *env_worlds_setup(const EnvWorlds *worlds);
const void *env_worlds_protocol(const EnvWorlds *worlds);
/* What a party of the first session holds, in this world. */
const void *env_worlds_inspector(EnvWorlds *worlds, EnvWorld which);
/* Another run with other coins in the same set-up, cheaply: every world and handle made so far is gone. */
void env_worlds_restart(EnvWorlds *worlds, const uint8_t seed[UC_SEED_BYTES]);
/* Primitives that are not ideal: keys come from a pool of `count`, a function of the base seed, so that many runs are
 * cheap. Before the first world. Nothing happens with ideal primitives, a count of 0 or an interface without a pool. */
bool env_worlds_key_pool(EnvWorlds *worlds, const uint8_t base[UC_SEED_BYTES], unsigned count, GError **error);
/* Whether answers of primitives are remembered, for a search. While no world runs. */
void env_worlds_remember(EnvWorlds *worlds, bool remember);
/* A fresh world in its first state. */
UcWorld *env_worlds_start(EnvWorlds *worlds, EnvWorld which);

#endif
