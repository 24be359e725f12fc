/* Shared by the parts of lockstep: the tables of a search (lockstep_tables.c), running a move (lockstep_run.c), what was
 * reached (lockstep_coverage.c), and the model that the search sees (lockstep.c). */
#ifndef SIMULATOR_EXPLORE_LOCKSTEP_INTERNAL_H
#define SIMULATOR_EXPLORE_LOCKSTEP_INTERNAL_H

#include <string.h>

#include "simulator/explore/big.h"
#include "simulator/explore/lockstep.h"
#include "simulator/explore/memo.h"
#include "simulator/explore/pool.h"
#include "simulator/growing.h"

/* A row: the hash of the state, then one column a slot: what Z knows, the counters, the slots of the worlds. */
enum { HEAD = sizeof(UcDigest) / sizeof(uint32_t), KNOWLEDGE = 0, COUNTER_0 = 1, SLOTS_MAX = 1 << 16,
       KINDS_MAX = 128, Z_WORLD = 2, MASK = 8, LINE = 64, AHEAD = 3, MANY = 128 /* moves between two looks at the clock */,
       COUNTED = 64 /* values of counters whose digests are at hand */ };

typedef struct {
    uint32_t column, value;
} Write;

/* What a move did. Behind the writes: Masks, then the places it looked at. */
typedef struct {
    uint32_t finding, count;
    uint32_t lesson;    /* a region, 0: none */
    uint32_t looked;    /* how many places it looked at; kept where masks are not exact, else 0 */
    UcDigest delta;     /* of the hash, without the counters */
    Write write[];
} Effect;

/* Places (see place_of()), modulo 64 MASK: do two moves touch the same? */
typedef struct {
    uint64_t reads[MASK], writes[MASK];
} Masks;

/* A move, with what is needed of it to tell whether it is possible. */
typedef struct {
    uint32_t number, names;
    uint8_t counter, counter2;
} Listed;

typedef struct {
    uint32_t count;
    Listed move[];
} List;

typedef struct {
    UcChoice choice;
    uint64_t order;           /* see order_of() */
} Known;

typedef struct {
    uint32_t world, slot;
} Column;

struct UcLockstep {
    UcLockstepSetup set;
    UcPool *pool;
    UcMemo *memo;
    UcMemo *absorbed;         /* by lesson: what it makes of what Z knows */
    const Effect *idle;       /* see is_idle() */
    GMutex lock __attribute__((aligned(LINE))); /* for adding; what is often written lies apart from what is often read */
    UcArena effects;
    uint64_t hits, misses, rechecked;
    GHashTable *reasons;      /* text of all workers, under the lock */
    GPtrArray *findings;      /* UcFinding* */
    GHashTable *move_of;      /* UcChoice* -> number */
    Column column[UC_ROW_MAX] __attribute__((aligned(LINE)));
    UcDigest counted[UC_COUNTERS_MAX][COUNTED]; /* see counter_digest() */
    uint32_t columns;
    uint32_t *column_of[2];   /* by slot, + 1 */
    UcChunks moves;           /* Known */
    UcChunks lists;           /* List*, by knowledge */
    uint64_t kinds_seen[KINDS_MAX / 64];
    uint64_t codes_seen[KINDS_MAX][UC_MESSAGE_WORDS];
    uint32_t version, scanned[2]; /* see lockstep_count_slots() */
    const char *broken;
    GArray *root;             /* uint32_t: the first row */
    uint32_t root_finding;
};

typedef struct {
    UcLockstep *l;
    UcWorld *world[2];
    uint32_t loaded[UC_ROW_MAX];
    uint32_t read[UC_ROW_MAX], reads;
    uint64_t stamp[UC_ROW_MAX], now;
    unsigned running;         /* which world */
    GHashTable *reasons;      /* const char* */
    GArray *writes;           /* Write, of the run */
    GByteArray *effect;       /* of the run */
    GArray *skip;             /* by move: when it was last to be skipped */
    uint64_t skipping;
    uint64_t hits, misses, rechecked;
} Worker;

static inline UcChoice *move_at(const UcLockstep *l, uint32_t move)
{
    g_assert(move < uc_chunks_count(&l->moves));
    return &((Known *)uc_chunks_at(&l->moves, move, sizeof(Known)))->choice;
}

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

uint32_t lockstep_column_for(UcLockstep *l, unsigned world, uint32_t slot);
Listed lockstep_listed(const UcLockstep *l, uint32_t number);
/* The moves for a knowledge; kept by l. */
const List *lockstep_list_of(UcLockstep *l, uint32_t knowledge);
/* The version of what is remembered. */
uint32_t lockstep_count_slots(UcLockstep *l);
UcDigest lockstep_column_digest(UcLockstep *l, uint32_t column, uint32_t value);
uint64_t lockstep_order(void *data, uint32_t move);
uint32_t lockstep_moves_now(void *data);
void lockstep_save_move(void *data, uint32_t move, GByteArray *out);
size_t lockstep_load_move(void *data, uint32_t number, const uint8_t *bytes, size_t length);
guint lockstep_move_hash(gconstpointer p);
gboolean lockstep_move_equal(gconstpointer a, gconstpointer b);

/* ---- lockstep_run.c ---- */

void lockstep_probe(void *data, uint32_t slot);
/* The number of what two worlds differ in, or break. */
uint32_t lockstep_note_finding(UcLockstep *l, const UcComparison *c);
/* One move from a state: the effect, remembered or run. NULL: broken. */
const Effect *lockstep_effect_of(Worker *w, uint32_t number, uint32_t *version, const uint32_t *column);
/* What a lesson makes of what Z knows, as one write of a row. */
const Effect *lockstep_absorb(Worker *w, uint32_t lesson, const uint32_t *row);
bool lockstep_commute(void *worker, const UcEdge *a, const UcEdge *b);

/* ---- lockstep_coverage.c ---- */

void lockstep_observe(void *data, const UcWorld *world, const UcActivation *a);

#endif
