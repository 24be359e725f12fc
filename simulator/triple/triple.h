/* What a triple (F, pi, S) is to everything that is not part of it: three descriptors.
 *
 * An interface is what Z and a session of F say to each other; a functionality is F; a protocol realises an interface and
 * brings its UC simulator along. Worlds, scripts, exploration, reports know a triple by these alone; which there are
 * stands in one table (environments/worlds/registry.c). Source: docs/architecture.md, "Descriptors".
 */
#ifndef SIMULATOR_TRIPLE_TRIPLE_H
#define SIMULATOR_TRIPLE_TRIPLE_H

#include "simulator/alphabet.h"
#include "simulator/attack.h"
#include "simulator/triple/ledger.h"
#include "simulator/triple/option.h"
#include "simulator/triple/over_runs.h"

/* What a set-up is made for; all of it borrowed, for as long as the set-up lives. A set-up may put texts of its own in the
 * place of those of its options, which are then valid as long as it is. */
typedef struct {
    const char *const *party;      /* NULL-terminated */
    bool crypto_ideal;             /* primitives are ideal: names in place of bytes */
    UcSettings *interface, *protocol; /* values of their options */
    const uint8_t *seed;           /* of the run, UC_SEED_BYTES */
    void *shared;                  /* UcInterface.shared_new; may be NULL */
} UcSessionPlan;

typedef struct UcCall UcCall;
typedef struct UcNative UcNative;
typedef struct UcBadEvents UcBadEvents;
typedef struct UcWitness UcWitness;

typedef struct {
    const char *name;
    const UcMessageTable *messages;
    const char *const *parties;    /* of a scenario that names none, NULL-terminated; NULL: those of the first interface that there is */
    const UcCall *calls;           /* scripts' words for the inputs (calls.h), ended by one without; NULL: scripts give none */
    const char *first_script;      /* the fields of a scenario to start from, with TITLE, ENVIRONMENT
                                      and ADVERSARY for what all have (cli/new.c); may be NULL */
    const UcAlphabet *alphabet;    /* of exploration; NULL: there is none */
    UcOptionTable options;
    const UcRule *rules;           /* what its watchers and rules over many runs assert (world.h); NULL: nothing */
    /* What F, watchers and the protocol of a session share: their configuration. NULL, and what is wrong as
     * "OPTION: expected ...", to be freed with g_free(). Without this function they share nothing. */
    void *(*setup_new)(const UcSessionPlan *plan, char **wrong);
    void (*setup_free)(void *setup);
    void (*forget)(void *setup);   /* another run with other coins: every handle is gone; may be NULL */
    void (*remember)(void *setup, bool remember); /* answers of primitives, for a search; may be NULL */
    /* Keys from now on come from a pool of `count` that is a function of the seed; false: it cannot be made. May be NULL. */
    bool (*pool)(void *setup, const uint8_t seed[UC_SEED_BYTES], unsigned count);
    const char *(*session)(UcSettings *settings); /* label of the session's tapes */
    const char *(*ideal_crypto)(const UcSettings *settings); /* for people, what is ideal where crypto is; NULL: "ideal", all */
    /* What many runs may share because it depends on nothing that is seen of a run; may be NULL. */
    void *(*shared_new)(void);
    void (*shared_free)(void *shared);
    /* Watchers of one world; NULL: none. They are told what watch_new() made for this world, without it the set-up. */
    UcWatcher (*watcher)(const void *watch);
    void *(*watch_new)(const void *setup, const void *inspector, bool ideal);
    void (*watch_free)(void *watch);
    const UcOverRuns *over_runs;   /* may be NULL */
    const UcLedger *ledger;        /* NULL: no chart of who has what */
    const char *asset;             /* what its promise is about, one of them, as reports call it: "key"; may be NULL */
    /* Which of these corruption has taken out of the promise in this run, for reports: "8bc0af.., .." in order; NULL: none.
     * Free with g_free(). May be NULL. */
    char *(*compromised)(UcWorld *world);
} UcInterface;

typedef struct {
    const char *name;
    const UcInterface *interface;
    const UcClass *class;          /* config: the interface's set-up */
    const void *inspector;         /* of the interface's kind: what parties hold, in the ideal world */
    const UcOrderRule *order;      /* what S may command only when A ordered it */
    unsigned orders;
    const UcWitness *witness;      /* how a log of a real system is held against it (witness.h); NULL: it cannot be */
} UcFunctionality;

/* A functionality that a protocol calls. */
typedef struct {
    const char *name;      /* as scenarios say it: uses = { NAME = "SID" } */
    const char *interface; /* its name */
} UcUse;
enum { UC_USES = 4 }; /* at most */

typedef struct {
    const char *name, *title;      /* title: a line for people */
    const UcInterface *interface;  /* that it realises */
    UcOptionTable options;
    void *(*setup_new)(const UcSessionPlan *plan, void *interface_setup, char **wrong); /* as the interface's */
    void (*setup_free)(void *setup);
    void (*forget)(void *setup);
    void (*remember)(void *setup, bool remember);
    const UcClass *class;          /* config: its set-up */
    const void *inspector;         /* of the interface's kind: what parties hold, in the real world and in sandboxes */
    /* Lines of text: what stored state of a party is good for. NULL: no store keeps it. */
    void (*describe)(const UcSessionPlan *plan, GString *out);
    /* NULL, or why state that this session stores is of no use to another process. May be NULL. */
    const char *(*unkept)(const UcSessionPlan *plan);
    const UcPayloadCodec *codec;   /* what its payloads show in clear; NULL: nothing is declared */
    const UcNative *natives;       /* environments in C (play.h), ended by one without a name; may be NULL */
    const UcBadEvents *bad;        /* what its proof bounds (bad_events.h); may be NULL */
    const UcUse *uses;             /* what its parties call (uc_call()), by slot, ended by one without a name; NULL: nothing */
} UcProtocol;

/* A UC simulator. */
typedef struct {
    const char *name;              /* for people: "uc" */
    const UcClass *class;          /* config: the inspector of the protocol that it runs inside itself */
} UcSimulatorRow;

typedef struct {
    const UcProtocol *protocol;
    const UcFunctionality *functionality;
    const UcSimulatorRow *simulator; /* the first is taken unless another is named; ended by a NULL name */
    const UcAttackKit *kit;        /* what an attacker can do with the protocol; NULL: nothing is known */
} UcTriple;

/* NULL, or the first thing that is wrong with these tables, as "masked-texts: expected a UC simulator, got none", to be freed with
 * g_free(): something that must be there is not, or names what is not there. */
char *uc_triple_wrong(const UcTriple *triple);

#endif
