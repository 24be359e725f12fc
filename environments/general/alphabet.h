/* Bounds of an exploration and where its alphabet is cut: how many of each input and of each order to A, and which arguments.
 *
 * Inputs, cuts and lists of numbers come from the interface's alphabet (simulator/alphabet.h), the orders are the same for all.
 * Counters of a search and tags of moves number the inputs in the order of that table, then the orders (EnvDo).
 */
#ifndef ENVIRONMENTS_GENERAL_ALPHABET_H
#define ENVIRONMENTS_GENERAL_ALPHABET_H

#include "environments/scenario.h"
#include "simulator/explore/lockstep.h"

typedef enum {
    ENV_DO_DELIVER,  /* bound: for each payload and receiver */
    ENV_DO_MUTATE,   /* deliveries of changed payloads */
    ENV_DO_CRASH,
    ENV_DO_RESTART,
    ENV_DO_RESTORE,
    ENV_DO_CORRUPT,
    ENV_DO_FORGE,    /* deliveries of payloads that the attack kit makes */
    ENV_DO_COUNTERFEIT, /* inputs that the attack kit makes */
    ENV_DOS
} EnvDo;

enum { ENV_WRONG_ALL = 8, ENV_MESSAGES_MAX = 4 };
G_STATIC_ASSERT((int)UC_INPUTS_MAX + (int)ENV_DOS <= (int)UC_COUNTERS_MAX);

typedef struct {
    const UcTriple *triple;
    const UcInterface *interface; /* the triple's */
    uint32_t bound[UC_COUNTERS_MAX]; /* of inputs, then of orders */
    unsigned messages; /* 1 .. 4 different texts */
    unsigned wrong;    /* wrong arguments of an input at most */
    unsigned flawed;   /* 1: UcAttacker.flawed */
    uint32_t parties;  /* the first so many parties act; 0: all */
    unsigned cut[UC_CUTS_MAX]; /* the interface's; of parties 0: all */
    const char *message[ENV_MESSAGES_MAX]; /* the texts, borrowed; NULL: "m0", "m1", ... */
    struct {
        int64_t number[UC_NUMBERS_MAX]; /* in place of the list's own */
        unsigned numbers;
    } list[UC_LISTS_MAX];
} EnvAlphabet;

EnvAlphabet env_default_alphabet(const UcTriple *triple);
static inline unsigned env_alphabet_inputs(const EnvAlphabet *d)
{
    return d->interface->alphabet ? d->interface->alphabet->inputs : 0;
}
/* The number of an order's bound, counter and tag. */
static inline unsigned env_alphabet_order(const EnvAlphabet *d, EnvDo what) { return env_alphabet_inputs(d) + what; }
static inline uint32_t env_alphabet_bound(const EnvAlphabet *d, EnvDo what) { return d->bound[env_alphabet_order(d, what)]; }
/* How many bounds there are, and their names. */
static inline unsigned env_alphabet_bounds(const EnvAlphabet *d) { return env_alphabet_order(d, ENV_DOS); }
const char *env_alphabet_bound_name(const EnvAlphabet *d, unsigned number);

/* From where to where a bound ("sign") or a cut of the alphabet ("messages", "wrong", "flawed", "parties", the interface's) may
 * be; false: there is none of this name. Scripts write '_' where a name has '-'. */
bool env_alphabet_range(const UcInterface *interface, const char *name, int *low, int *high);
/* What scripts may give as a list in place of the alphabet's own values. */
typedef enum { ENV_LIST_NONE, ENV_LIST_NUMBERS, ENV_LIST_TEXTS } EnvListType;
EnvListType env_alphabet_list(const UcInterface *interface, const char *name);
/* All names of both kinds as scripts write them; free with g_strfreev(). */
char **env_alphabet_script_names(const UcInterface *interface);
/* Sets it; false and an error that names it when there is none or the value is out of range. */
bool env_alphabet_set(EnvAlphabet *domain, const char *name, int64_t value, GError **error);
/* The cuts as they stand, "messages=2 wrong=8 ...", the lists of numbers with them. Free with g_free. */
char *env_alphabet_cuts(const EnvAlphabet *domain);
/* Every cut, " messages=2 wrong=8 ..." without the lists. */
void env_alphabet_append_cuts(const EnvAlphabet *domain, GString *out);
/* From a scenario's `explore` table, with its lists. */
void env_alphabet_of(EnvAlphabet *domain, const EnvScenario *scenario);
/* Fills in the bounds that nobody set; to be called once all are. Inputs: as their rows say. Orders: restart as crash and restore
 * together, forge as corrupt where the attack kit makes payloads, deliver 1 with an input that sends, the others 0. */
void env_alphabet_settle(EnvAlphabet *domain);
/* Sets what the attack kit needs for the moves that the settled bounds allow. */
void env_alphabet_equip(const EnvAlphabet *domain, EnvOptions *options);

#endif
