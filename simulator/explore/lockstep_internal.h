/* Shared by the parts of lockstep: the tables of a search (lockstep_tables.c), running a move (lockstep_run.c), what was
 * reached (lockstep_coverage.c), and the model that the search sees (lockstep.c). */
#ifndef SIMULATOR_EXPLORE_LOCKSTEP_INTERNAL_H
#define SIMULATOR_EXPLORE_LOCKSTEP_INTERNAL_H

#include <string.h>

#include "simulator/base/growing.h"
#include "simulator/explore/big.h"
#include "simulator/explore/lockstep.h"
#include "simulator/explore/memo.h"
#include "simulator/explore/pool.h"

/* A row: the hash of the state, then one column a slot: what Z knows, the counters, the slots of the worlds. */
enum { HEAD = sizeof(UcDigest) / sizeof(uint32_t), KNOWLEDGE = 0, COUNTER_0 = 1, SLOTS_MAX = 1 << 16,
       KINDS_MAX = 128, Z_WORLD = 2, MASK = 8, LINE = 64, MANY = 128 /* moves between two looks at the clock */,
       COUNTED = 64 /* values of counters whose digests are at hand */, MOVE_WORDS = UC_MESSAGE_WORDS + 4 };

typedef struct {
    uint32_t column, value;
} Write;

/* Places (see place_of()), modulo 64 MASK: do two moves touch the same? */
typedef struct {
    uint64_t reads[MASK], writes[MASK];
} Masks;

/* What a move did. Behind the writes: the places it looked at. */
typedef struct {
    uint32_t finding, count;
    uint32_t lesson;    /* a region, 0: none */
    uint32_t looked;    /* how many places it looked at; kept where masks are not exact, else 0 */
    UcDigest delta;     /* of the hash, without the counters */
    const Masks *masks; /* many effects have the same */
    Write write[];
} Effect;

typedef struct List List;

/* Something that Z knows. */
typedef struct {
    UcDigest digest;       /* in a state's hash */
    const uint8_t *packed; /* NULL: it was freed */
    List *list;            /* of its moves; NULL before they are asked for */
    uint32_t units;        /* used up of the bounds that lie in it */
    uint32_t seen;         /* the last level for which a state with it was made */
} Lore;

/* What a lesson makes of what Z knows: see lockstep_lore.c. */
typedef struct {
    uint64_t pair, result;
} Absorbed;

typedef struct {
    UcChunks pages;        /* Lore*, by number */
    size_t live_pages;
    uint32_t count;        /* of numbers given */
    UcIndex index;
    UcArena packed;
    Absorbed *absorbed;    /* the last ones */
    uint32_t absorbed_mask;
    uint32_t level;        /* how many are over */
    uint32_t looked_at;    /* `count` when it was last looked for what is of no use any more */
    uint32_t units_of_none;
} UcLore;

/* A move, with what is needed of it to tell whether it is possible. No gaps: they are compared by their bytes. */
typedef struct {
    uint32_t number, names;
    uint32_t counters;  /* bit i: uses up counter i */
} Listed;

/* Moves within their bounds: which these are is a matter of the counters. */
typedef struct Allowed Allowed;
struct Allowed {
    Allowed *next;
    uint64_t bounds;    /* used up counters; above them, parties involved so far */
    uint32_t trie;      /* of the outcomes */
    uint32_t count;
    uint32_t at[];      /* of the group */
};

/* The moves of a list that are about one machine. They look at much the same places, so what all of them do is remembered
 * together. Lists share equal groups. */
typedef struct {
    uint32_t counters, names; /* of all of them */
    Allowed *allowed;   /* those met so far */
    uint32_t count;
    Listed move[];
} Group;

/* How the moves of the groups of a list lie in it. Most lists are mixed alike, and share it. */
typedef struct {
    uint32_t parts;
    uint32_t words;     /* of place[] */
    uint32_t place[];   /* of each part: how many moves, then their places in the list */
} Mix;

struct List {
    const Mix *mix;
    Group *group[];     /* by part */
};

/* Of a list, while it is gone through. */
typedef struct {
    Group *group;
    const uint32_t *place; /* in the list, of each move of the group */
} Part;

/* Of the moves of a group that are allowed all do nothing, whatever else the state is, but those that are open. */
typedef struct {
    uint32_t open;
    uint32_t at[];      /* of the group */
} Outcome;

/* A move that did something, on its way to the edges. */
typedef struct {
    const Listed *move;
    const Effect *effect;
    uint32_t place;
} Tried;

typedef struct {
    UcChoice choice;
    uint64_t contents;        /* see contents_of() */
} Known;

typedef struct {
    uint32_t world, slot;
} Column;

struct UcLockstep {
    UcLockstepSetup set;
    UcPool *pool;
    UcMemo *memo;
    UcMemo *outcomes;         /* by the trie of what is allowed of a group */
    UcLore lore;              /* what Z knows */
    const Effect *idle;       /* see is_idle() */
    GMutex lock __attribute__((aligned(LINE))); /* for adding; what is often written lies apart from what is often read */
    UcArena effects;
    uint64_t hits, misses, rechecked;
    GHashTable *reasons;      /* text of all workers, under the lock */
    GPtrArray *findings;      /* UcFinding* */
    GHashTable *move_of;      /* UcChoice* -> number */
    GHashTable *groups;       /* Group*, by its moves */
    GHashTable *masks;        /* Masks* */
    GHashTable *mixes;        /* Mix*, by its words */
    uint32_t outcome_tries;   /* how many */
    uint32_t counters;        /* bit i: some move so far uses up counter i */
    uint32_t faults;          /* bit i: counter i counts against the budget of faults */
    Column column[UC_ROW_MAX] __attribute__((aligned(LINE)));
    UcDigest counted[UC_COUNTERS_MAX][COUNTED]; /* see counter_digest() */
    uint32_t columns;
    uint32_t *column_of[2];   /* by slot, + 1 */
    UcChunks moves;           /* Known */
    List *list_of_none;       /* where Z knows nothing */
    size_t listed;            /* bytes of lists, groups and what is allowed of them */
    uint64_t kinds_seen[KINDS_MAX / 64];
    uint64_t codes_seen[KINDS_MAX][UC_MESSAGE_WORDS];
    uint32_t version, scanned[2]; /* see lockstep_count_slots() */
    const char *broken;
    bool full;                /* a table holds no more: what was run since is not sound */
    GArray *root;             /* uint32_t: the first row */
    GPtrArray *makers;        /* GArray: see model.h */
    uint32_t root_finding;
};

typedef struct {
    UcLockstep *l;
    UcLock lock;
    uint32_t loaded[UC_ROW_MAX];
    uint32_t read[UC_ROW_MAX], reads;
    uint64_t stamp[UC_ROW_MAX], now;
    GHashTable *reasons;      /* const char* */
    GArray *writes;           /* Write, of the run */
    GByteArray *effect;       /* of the run */
    Masks masks;              /* of the run */
    GArray *skip;             /* by move: when it was last to be skipped */
    uint64_t skipping;
    GArray *allowed;          /* const Allowed*, of a state */
    Tried *tried;             /* of a state */
    uint32_t tries, tried_room;
    uint32_t unasked;         /* moves of a state since the search was asked whether to stop */
    GArray *open;             /* uint32_t: moves of a group that are not known to be idle */
    GArray *path, *columns;   /* uint32_t: columns that a move looks at; those of a group */
    uint64_t looked[UC_ROW_MAX], looking; /* by column: the last group that looked at it */
    uint64_t hits, misses, rechecked;
    uint64_t due;             /* hits to the next that is run again, 1 .. */
} Worker;

static inline UcChoice *move_at(const UcLockstep *l, uint32_t move)
{
    g_assert(move < uc_chunks_count(&l->moves));
    return &((Known *)uc_chunks_at(&l->moves, move, sizeof(Known)))->choice;
}

/* The parties involved so far are kept behind the counters, in a word that is 0 where none are alike. */
static inline uint32_t involved(const UcLockstep *l) { return COUNTER_0 + l->set.chooser.counters - 1; }

UcDigest lockstep_make_counter_digest(uint32_t counter, uint32_t value);

static inline UcDigest counter_digest(const UcLockstep *l, uint32_t counter, uint32_t value)
{
    return value < COUNTED ? l->counted[counter][value] : lockstep_make_counter_digest(counter, value);
}

static inline void digest_add(UcDigest *to, UcDigest d) { to->lo += d.lo; to->hi += d.hi; }
static inline void digest_take(UcDigest *to, UcDigest d) { to->lo -= d.lo; to->hi -= d.hi; }

static inline UcDigest row_hash(const uint32_t *row)
{
    UcDigest h;
    memcpy(&h, row, sizeof h);
    return h;
}

/* ---- lockstep_tables.c ---- */

/* Zeroed, and counted as listed; under the lock. */
void *lockstep_listed_new(UcLockstep *l, size_t bytes);
void lockstep_listed_free(UcLockstep *l, void *what, size_t bytes);

uint32_t lockstep_column_for(UcLockstep *l, unsigned world, uint32_t slot);
Listed lockstep_listed(const UcLockstep *l, uint32_t number);
/* The moves for a knowledge; kept by l. */
const List *lockstep_list_of(UcLockstep *l, uint32_t knowledge);
void lockstep_list_free(UcLockstep *l, List *list); /* NULL passes */
guint lockstep_masks_hash(gconstpointer p);
gboolean lockstep_masks_equal(gconstpointer a, gconstpointer b);
guint lockstep_mix_hash(gconstpointer p);
gboolean lockstep_mix_equal(gconstpointer a, gconstpointer b);
/* The version of what is remembered. */
uint32_t lockstep_count_slots(UcLockstep *l);
UcDigest lockstep_column_digest(UcLockstep *l, uint32_t column, uint32_t value);
uint64_t lockstep_contents(void *data, uint32_t move);
char *lockstep_name(void *data, uint32_t move);
uint32_t lockstep_used_in(const UcLockstep *l, const UcRegion *knowledge); /* see UcChooser.used */
/* No more than this can be searched: what was run is not entered. */
static inline void lockstep_set_full(UcLockstep *l) { __atomic_store_n(&l->full, true, __ATOMIC_RELAXED); }
static inline bool lockstep_is_full(const UcLockstep *l) { return __atomic_load_n(&l->full, __ATOMIC_RELAXED); }
/* Which of the words of a move are handles: of the message, then of the chooser's own. */
bool lockstep_word_is_bytes(const UcLockstep *l, const UcChoice *m, unsigned i);
static inline UcWord lockstep_word_of(const UcChoice *m, unsigned i)
{
    return i < UC_MESSAGE_WORDS ? m->write.message.w[i] : m->extra[i - UC_MESSAGE_WORDS];
}
uint32_t lockstep_intern_move(UcLockstep *l, const UcChoice *given);
guint lockstep_move_hash(gconstpointer p);
gboolean lockstep_move_equal(gconstpointer a, gconstpointer b);

/* ---- lockstep_run.c ---- */

void lockstep_probe(void *data, uint32_t slot);
/* The number of what two worlds differ in, or break. */
uint32_t lockstep_note_finding(UcLockstep *l, const UcComparison *c);
/* One move from a state: the effect, remembered or run. NULL: broken, or full. */
const Effect *lockstep_effect_of(Worker *w, uint32_t number, uint32_t *version, const uint32_t *column);
/* Does a remembered move still do the same? */
bool lockstep_recheck(Worker *w, uint32_t number, const Effect *known, const uint32_t *column);
bool lockstep_commute(void *worker, const UcEdge *a, const UcEdge *b);

/* ---- lockstep_groups.c ---- */

/* Bit i: counter i is used up. */
uint32_t lockstep_exhausted(const UcLockstep *l, const uint32_t *column);
bool lockstep_possible(const Listed *move, uint32_t exhausted);
/* The moves (Listed) of one machine; kept by l. Under the lock. */
Group *lockstep_group(UcLockstep *l, const GArray *moves);
/* What of a group is possible in a row. */
const Allowed *lockstep_allowed(UcLockstep *l, Group *group, const uint32_t *column, uint32_t exhausted);
/* What these do there: counts the idle ones, and adds the others to tried[]. False: broken, or `out` says that it was
 * stopped. */
bool lockstep_try(Worker *w, const Part *part, const Allowed *allowed, uint32_t *version, const uint32_t *column,
                  UcEdges *out);
guint lockstep_group_hash(gconstpointer p);
gboolean lockstep_group_equal(gconstpointer a, gconstpointer b);
void lockstep_group_free(gpointer group);

/* ---- lockstep_save.c: see model.h ---- */

uint32_t lockstep_moves_now(void *data);
void lockstep_save_move(void *data, uint32_t move, GByteArray *out);
size_t lockstep_load_move(void *data, uint32_t number, const uint8_t *bytes, size_t length);
void *lockstep_saver_new(void *data);
void lockstep_saver_free(void *saver);
void lockstep_save_row(void *saver, const uint32_t *row, GByteArray *out);
uint32_t lockstep_load_row(void *saver, UcReader *from, UcChange *out);

/* ---- lockstep_lore.c ---- */

void lockstep_lore_init(UcLockstep *l);
void lockstep_lore_free(UcLockstep *l);
size_t lockstep_lore_memory(const UcLockstep *l);
size_t lockstep_absorbed_memory(const UcLockstep *l);
/* The number of this knowledge; 0 for NULL. Any thread, as all of these but for the end of a level. */
uint32_t lockstep_know(UcLockstep *l, const UcRegion *region);
UcRegion *lockstep_knowledge(const UcLockstep *l, uint32_t number); /* to be unreferenced; NULL for 0 */
Lore *lockstep_lore(const UcLockstep *l, uint32_t number);          /* not of 0 */
UcDigest lockstep_lore_digest(const UcLockstep *l, uint32_t number);
uint32_t lockstep_used(const UcLockstep *l, uint32_t number);       /* units of bounds that lie in it */
/* What a lesson, 0 for none, makes of knowledge. */
uint32_t lockstep_absorb(UcLockstep *l, uint32_t lesson, uint32_t knowledge);
/* A state with this knowledge was made. */
static inline void lockstep_note_lore(const UcLockstep *l, uint32_t number)
{
    if (number)
        __atomic_store_n(&lockstep_lore(l, number)->seen, l->lore.level, __ATOMIC_RELAXED);
}
void lockstep_level_over(void *lockstep); /* see model.h */

/* ---- lockstep_coverage.c ---- */

void lockstep_observe(void *data, const UcWorld *world, const UcActivation *a);

#endif
