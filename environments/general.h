/* The most general environment: every move that Z and the dummy adversary can make in a session, from a fixed alphabet
 * and within bounds. Exploration drives it in place of a script (docs/exploration.md).
 *
 * Inputs carry every combination of arguments from the alphabet: counts -1, 0, 1, 2, K, K+1, 2^31-1; the messages "m0",
 * "m1"; every key, ticket and party that Z knows, one unknown of each, and itself. `wrong` cuts the alphabet: at most
 * so many arguments of an input may be of no use (an unknown key, a count that was not requested, ...): 0 explores
 * what useful inputs can do, more explores the order of errors too. Deliveries carry every payload seen so far to
 * every party, unchanged or, within the bound `mutate`, changed.
 * With the state of a corrupted party, A seals payloads within the bound `forge`, and within the bound `counterfeit` signs
 * what nobody else signs, with every seed that it has: stolen, found in a payload that it can open, or its own.
 * A move that changes nothing and teaches Z nothing is tried in every state and uses up no bound.
 */
#ifndef ENVIRONMENTS_GENERAL_H
#define ENVIRONMENTS_GENERAL_H

#include "environments/scenario.h"
#include "simulator/explore/lockstep.h"

typedef enum {
    ENV_DO_KEYGEN,
    ENV_DO_REQUEST,
    ENV_DO_CANCEL,
    ENV_DO_TRANSFER,
    ENV_DO_RESEND,
    ENV_DO_SIGN,
    ENV_DO_VERIFY,
    ENV_DO_STATUS,
    ENV_DO_DELIVER,  /* bound: for each payload and receiver */
    ENV_DO_MUTATE,   /* deliveries of changed payloads */
    ENV_DO_CRASH,
    ENV_DO_RESTART,
    ENV_DO_RESTORE,
    ENV_DO_CORRUPT,
    ENV_DO_FORGE,    /* deliveries of payloads sealed with the keys of a corrupted party */
    ENV_DO_COUNTERFEIT, /* verifications of signatures made with the seeds of a corrupted party */
    ENV_DOS
} EnvDo;
extern const char *const env_do_name[ENV_DOS + 1];

enum { ENV_WRONG_ALL = 8, ENV_MESSAGES_MAX = 4, ENV_COUNTS_MAX = 8 };

typedef struct {
    uint32_t bound[ENV_DOS];
    unsigned messages; /* 1 .. 4 different messages to sign */
    unsigned wrong;    /* wrong arguments of an input at most */
    unsigned any;      /* 1: requests for any key too */
    unsigned flawed;   /* 1: forge: payloads with one flaw too, and of a key that A made */
    uint32_t parties;  /* the first so many parties act; 0: all */
    uint32_t keygen_by;/* the first so many parties generate keys; 0: all */
    const char *message[ENV_MESSAGES_MAX]; /* their texts, borrowed; NULL: "m0", "m1", ... */
    int64_t count[ENV_COUNTS_MAX];  /* in place of the counts of the alphabet */
    unsigned counts;
} EnvAlphabet;

EnvAlphabet env_default_alphabet(void);
/* From where to where a bound ("sign") or a cut of the alphabet ("messages", "wrong", "any", "flawed", "parties", "keygen-by",
 * in scripts keygen_by) may be; false: there is none of this name. */
bool env_alphabet_range(const char *name, int *low, int *high);
/* Sets it; false and an error that names it when there is none or the value is out of range. */
bool env_alphabet_set(EnvAlphabet *domain, const char *name, int64_t value, GError **error);
/* The cuts as they stand, "messages=2 wrong=8 ...", the domains of counts and messages with them. Free with g_free. */
char *env_alphabet_cuts(const EnvAlphabet *domain);
/* From a scenario's `explore` table, with its domains `counts` and `messages`. Bounds that nobody sets: keygen 1, request as
 * transfer, restart as crash and restore together, forge as corrupt, status 1, resend 1 with a transfer, else 0; deliver 1 with a transfer. */
void env_alphabet_of(EnvAlphabet *domain, const EnvScenario *scenario);
/* Fills in what depends on other bounds; to be called once all are set. */
void env_alphabet_settle(EnvAlphabet *domain);

/* extra[] of a move: what the bytes in its last argument were made from (handles), where they are not named as they came. */
enum { ENV_SOURCE_0 = 2, ENV_SOURCES = 2 };

typedef struct EnvGeneral EnvGeneral;

EnvGeneral *env_general_new(EnvWorlds *worlds, const EnvAlphabet *domain); /* borrows the worlds */
void env_general_free(EnvGeneral *general);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvGeneral, env_general_free)
/* Symmetry, off at first: with crypto ideal, parties that start alike and that no bound names (docs/exploration.md). False
 * and an error that says why when it does not apply to this session. */
bool env_general_set_symmetry(EnvGeneral *general, GError **error);
/* The table of moves; `which`: ENV_WORLDS for both in lock step, else one world alone. */
UcLockstepSetup env_general_setup(EnvGeneral *general, EnvWorld which);

#endif
