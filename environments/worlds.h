/* The two worlds of a scenario, built from its static table.
 *
 * Everything that both worlds of a run share lies here: the store of bytes, the scheme with its tree cache, the seal
 * provider, the options. A set-up is immutable once built; worlds made from it are independent of each other.
 */
#ifndef ENVIRONMENTS_WORLDS_H
#define ENVIRONMENTS_WORLDS_H

#include "functionality/interface.h"
#include "protocol/party.h"

typedef struct {
    const char *const *party; /* names, NULL-terminated; not owned */
    const char *scheme;       /* set name */
    const char *protocol;     /* of the registry */
    bool crypto_ideal;
    uint64_t capacity;        /* 0: all one-time keys of the set */
    UcStorage storage;
    DkmTrust trust;
    uint64_t reservation;     /* window R: at most this many reserved indices per key; 0: none */
    bool seal_real;           /* real seals although crypto is ideal: an ideal token cannot be forged */
    uint64_t tag_bytes, ticket_bytes; /* toy parameters, 1 to 16; docs/advantage.md */
    const char *enclave;
    const char *const *enclave_of; /* of each party, when there are several; NULL: all are in `enclave`; not owned */
    bool shared_master;       /* one master key for all of them */
    DkmLimits limits;
    uint64_t budget;          /* activations of Z and A; 0: unlimited */
    bool torture, independent;
    bool dictated;            /* S does to F what A dictates (adversary/dictated.h) */
    bool harvest;             /* scripts: when it is over, an attacker forges with what it has seen (harvester.h) */
    SigCache *trees;          /* of keys, shared with other runs, which draw the same ones; borrowed; NULL: its own */
    const char *store;        /* folder that keeps the real parties' stable state; NULL: nothing outlives the run */
    uint8_t seed[UC_SEED_BYTES];
} EnvOptions;

/* "uc", "dictated": what `dictated` is called where people read it. */
extern const char *const env_simulator_name[];

EnvOptions env_default_options(void);
/* The seed of a run from the number given on the command line. */
void env_seed(uint64_t number, uint8_t out[UC_SEED_BYTES]);

/* Trees of keys for many runs; on disk too if the user said where. What is seen of a run does not depend on it. NULL when out
 * of memory. To be freed with sig_cache_free, after the runs. */
SigCache *env_trees_new(void);

typedef struct EnvWorlds EnvWorlds;

#define ENV_ERROR (env_error_quark())
GQuark env_error_quark(void);
typedef enum { ENV_ERROR_OPTION, ENV_ERROR_SCRIPT, ENV_ERROR_FILE, ENV_ERROR_LIMIT } EnvError;

/* NULL and an error that names the option when one is unknown or out of range. */
EnvWorlds *env_worlds_new(const EnvOptions *options, GError **error);
void env_worlds_free(EnvWorlds *worlds);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvWorlds, env_worlds_free)

typedef enum { ENV_REAL, ENV_IDEAL, ENV_WORLDS } EnvWorld;
extern const char *const env_world_name[ENV_WORLDS + 1];

/* The description of one world; Z and A are filled in by the caller: class NULL for a Z driven from outside,
 * adversary_dummy unless there is a scripted A. Owned by `worlds`, changed until the first uc_world_new() only. */
UcWorldSpec *env_worlds_spec(EnvWorlds *worlds, EnvWorld which);
UcStore *env_worlds_store(EnvWorlds *worlds);
UcLayout *env_worlds_layout(EnvWorlds *worlds, EnvWorld which);
const DkmOptions *env_worlds_dkm(EnvWorlds *worlds);
const EnvOptions *env_worlds_options(const EnvWorlds *worlds);
/* What a party holds, in this world. */
const DkmInspector *env_worlds_inspector(EnvWorlds *worlds, EnvWorld which);
/* Another run with other coins in the same set-up, cheaply: every world and handle made so far is gone. */
void env_worlds_restart(EnvWorlds *worlds, const uint8_t seed[UC_SEED_BYTES]);
/* Crypto real: signature keys come from a pool of `count` keys, a function of the base seed (sigma_set_pool). Before the
 * first world. Nothing happens with ideal crypto or a count of 0. */
bool env_worlds_key_pool(EnvWorlds *worlds, const uint8_t base[UC_SEED_BYTES], unsigned count, GError **error);
/* Crypto real: whether signatures, what verify said and the keys of seals are remembered (sigma_remember_answers,
 * seal_remember_keys), in at most 32 MiB. While no world runs. */
void env_worlds_remember(EnvWorlds *worlds, bool remember);
/* A fresh world in its first state. */
UcWorld *env_worlds_start(EnvWorlds *worlds, EnvWorld which);

#endif
