#include "simulator/explore/lockstep.h"

#include <string.h>

#include "simulator/explore/big.h"
#include "simulator/explore/memo.h"
#include "simulator/explore/pool.h"
#include "simulator/growing.h"

/* A row: the hash of the state, then one column a slot: what Z knows, the counters, the slots of the worlds. */
enum { HEAD = sizeof(UcDigest) / sizeof(uint32_t), KNOWLEDGE = 0, COUNTER_0 = 1, SLOTS_MAX = 1 << 16,
       KINDS_MAX = 128, Z_WORLD = 2, MASK = 8, LINE = 64, AHEAD = 3,
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
    uint32_t version, scanned[2]; /* see count_slots() */
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

/* ---- tables ---- */

static guint move_hash(gconstpointer p) { return (guint)uc_digest(p, sizeof(UcChoice)).lo; }
static gboolean move_equal(gconstpointer a, gconstpointer b) { return !memcmp(a, b, sizeof(UcChoice)); }

static void free_finding(gpointer p)
{
    UcFinding *f = p;
    g_free((char *)f->rule);
    g_free((char *)f->why);
    g_free(f);
}

static UcChoice *move_at(const UcLockstep *l, uint32_t move)
{
    g_assert(move < uc_chunks_count(&l->moves));
    return &((Known *)uc_chunks_at(&l->moves, move, sizeof(Known)))->choice;
}

const UcChoice *uc_lockstep_move(const UcLockstep *l, uint32_t move)
{
    return move_at(l, move);
}

const UcFinding *uc_lockstep_finding(const UcLockstep *l, uint32_t finding)
{
    g_assert(finding > 0 && finding <= l->findings->len);
    return l->findings->pdata[finding - 1];
}

static uint32_t column_for(UcLockstep *l, unsigned world, uint32_t slot)
{
    g_assert(slot < SLOTS_MAX);
    uint32_t *at = &l->column_of[world][slot], known = __atomic_load_n(at, __ATOMIC_ACQUIRE);
    if (known)
        return known - 1;
    g_mutex_lock(&l->lock);
    if (!*at) {
        g_assert(l->columns < UC_ROW_MAX - HEAD);
        l->column[l->columns] = (Column){ world, slot };
        __atomic_store_n(&l->columns, l->columns + 1, __ATOMIC_RELEASE);
        __atomic_store_n(at, l->columns, __ATOMIC_RELEASE);
    }
    known = *at;
    g_mutex_unlock(&l->lock);
    return known - 1;
}

/* A number that tells moves apart and depends on nothing but the move: not on when it was first met. */
static uint64_t order_of(const UcLockstep *l, const UcChoice *m)
{
    const UcMessageKind *kind = uc_message_kind(&l->set.spec[0]->messages, m->write.message.kind);
    uint64_t flat[2 * UC_MESSAGE_WORDS + 4] = { m->write.to, m->write.peer, m->write.message.kind, m->tag };
    for (unsigned i = 0; kind && i < uc_message_fields(kind); i++) {
        UcFieldType t = kind->field[i].type;
        UcWord word = m->write.message.w[i];
        bool bytes = t == UC_BYTES || t == UC_TEXT || t == UC_INTERVALS || t == UC_PARTIES;
        UcDigest d = bytes && uc_store_knows(l->set.store, word) ? uc_store_digest(l->set.store, word)
                                                                 : (UcDigest){ word, bytes };
        flat[4 + 2 * i] = d.lo;
        flat[5 + 2 * i] = d.hi;
    }
    return uc_digest(flat, sizeof flat).lo;
}

static uint32_t intern_move(UcLockstep *l, const UcChoice *given)
{
    gpointer known;
    UcChoice clean, *move = &clean; /* moves are told apart by their bytes: nothing may lie in the gaps */
    memset(&clean, 0, sizeof clean);
    clean.write.from = given->write.from;
    clean.write.to = given->write.to;
    clean.write.peer = given->write.peer;
    clean.write.message = given->write.message;
    clean.counter = given->counter;
    clean.counter2 = given->counter2;
    clean.actor = given->actor;
    clean.tag = given->tag;
    clean.names = given->names;
    memcpy(clean.extra, given->extra, sizeof clean.extra);
    if (g_hash_table_lookup_extended(l->move_of, move, NULL, &known))
        return GPOINTER_TO_UINT(known);
    Known fresh = { clean, order_of(l, move) };
    uint32_t n = uc_chunks_add(&l->moves, &fresh, sizeof fresh);
    g_hash_table_insert(l->move_of, move_at(l, n), GUINT_TO_POINTER(n));
    return n;
}

static Listed listed(const UcLockstep *l, uint32_t number)
{
    const UcChoice *m = move_at(l, number);
    return (Listed){ number, m->names, m->counter, m->counter2 };
}

static const List *make_list(UcLockstep *l, const GArray *moves)
{
    List *list = g_malloc(sizeof(List) + moves->len * sizeof(Listed));
    list->count = moves->len;
    for (guint i = 0; i < moves->len; i++)
        list->move[i] = listed(l, intern_move(l, &g_array_index(moves, UcChoice, i)));
    return list;
}

static const List *list_of(UcLockstep *l, uint32_t knowledge)
{
    const List *list = NULL;
    if (knowledge < uc_chunks_count(&l->lists))
        list = __atomic_load_n((List **)uc_chunks_at(&l->lists, knowledge, sizeof list), __ATOMIC_ACQUIRE);
    if (list)
        return list;
    g_autoptr(GArray) moves = g_array_new(FALSE, FALSE, sizeof(UcChoice));
    l->set.chooser.moves(l->set.chooser.data, uc_pool_get(l->pool, knowledge), moves);
    g_mutex_lock(&l->lock);
    List **at = uc_chunks_reach(&l->lists, knowledge, sizeof list);
    if (!*at) /* else somebody was faster */
        __atomic_store_n(at, (List *)make_list(l, moves), __ATOMIC_RELEASE);
    list = *at;
    g_mutex_unlock(&l->lock);
    return list;
}

/* Crashes and persists look at every slot that a party has by then, so what they did holds only as long as the
 * parties have no others: the version of what is remembered counts them. */
static uint32_t count_slots(UcLockstep *l)
{
    bool more = false;
    for (unsigned w = 0; w < l->set.worlds; w++)
        more = more || __atomic_load_n(&l->scanned[w], __ATOMIC_ACQUIRE) < uc_layout_count(l->set.layout[w]);
    if (!more)
        return __atomic_load_n(&l->version, __ATOMIC_ACQUIRE);
    g_mutex_lock(&l->lock);
    uint32_t version = l->version;
    for (unsigned w = 0; w < l->set.worlds; w++) {
        uint32_t slots = uc_layout_count(l->set.layout[w]), at = l->scanned[w];
        for (; at < slots; at++) {
            uint32_t machine = uc_layout_key(l->set.layout[w], at).machine;
            version += machine >= UC_PARTY_0 && machine < uc_watcher_machine(l->set.spec[w], 0);
        }
        __atomic_store_n(&l->version, version, __ATOMIC_RELEASE);
        __atomic_store_n(&l->scanned[w], slots, __ATOMIC_RELEASE);
    }
    g_mutex_unlock(&l->lock);
    return version;
}

/* ---- hashes ---- */

static UcDigest make_counter_digest(uint32_t counter, uint32_t value)
{
    uint64_t flat[] = { UINT64_C(0x636f756e746572), counter, value };
    return value ? uc_digest(flat, sizeof flat) : (UcDigest){ 0, 0 };
}

static UcDigest counter_digest(const UcLockstep *l, uint32_t counter, uint32_t value)
{
    return value < COUNTED ? l->counted[counter][value] : make_counter_digest(counter, value);
}

static UcDigest column_digest(UcLockstep *l, uint32_t column, uint32_t value)
{
    if (value == 0)
        return (UcDigest){ 0, 0 };
    if (column == KNOWLEDGE)
        return uc_slot_digest((UcSlotKey){ UINT32_MAX, 0, Z_WORLD },
                              uc_region_digest(uc_pool_get(l->pool, value), &l->set.chooser.knowledge, l->set.store));
    if (column < COUNTER_0 + l->set.chooser.counters)
        return counter_digest(l, column - COUNTER_0, value);
    Column c = l->column[column];
    UcSlotKey key = uc_layout_key(l->set.layout[c.world], c.slot);
    UcDigest d = uc_slot_digest(key, uc_region_digest(uc_pool_get(l->pool, value),
                                                      uc_region_kind(l->set.spec[c.world], key), l->set.store));
    if (c.world == 0)
        return d;
    uint64_t flat[] = { d.lo, d.hi, c.world };
    return uc_digest(flat, sizeof flat);
}

static void digest_add(UcDigest *to, UcDigest d) { to->lo += d.lo; to->hi += d.hi; }
static void digest_take(UcDigest *to, UcDigest d) { to->lo -= d.lo; to->hi -= d.hi; }

static UcDigest row_hash(const uint32_t *row)
{
    UcDigest h;
    memcpy(&h, row, sizeof h);
    return h;
}

/* ---- running a move ---- */

static void look(Worker *w, uint32_t column)
{
    if (w->stamp[column] == w->now)
        return;
    w->stamp[column] = w->now;
    w->read[w->reads++] = column;
}

static void probe(void *data, uint32_t slot)
{
    Worker *w = data;
    look(w, column_for(w->l, w->running, slot));
}

static UcRegion **slot_at(Worker *w, uint32_t column)
{
    Column c = w->l->column[column];
    UcState *state = uc_world_state(w->world[c.world]);
    uc_state_reserve(state, c.slot + 1);
    return &state->slot[c.slot];
}

static void put_slot(Worker *w, uint32_t column, uint32_t value)
{
    UcRegion **at = slot_at(w, column), *fresh = uc_pool_get(w->l->pool, value);
    uc_region_unref(*at);
    *at = fresh;
    w->loaded[column] = value;
}

static void load(Worker *w, const uint32_t *row)
{
    uint32_t first = COUNTER_0 + w->l->set.chooser.counters, columns = __atomic_load_n(&w->l->columns, __ATOMIC_ACQUIRE);
    for (uint32_t c = first; c < columns; c++) {
        uint32_t value = row[c];
        if (w->loaded[c] != value)
            put_slot(w, c, value);
    }
}

/* Most are set already, and threads that only look do not disturb each other. */
static void note_bit(uint64_t *bits, unsigned bit)
{
    if (!(__atomic_load_n(bits, __ATOMIC_RELAXED) >> bit & 1))
        __atomic_fetch_or(bits, UINT64_C(1) << bit, __ATOMIC_RELAXED);
}

static void observe(void *data, const UcWorld *world, const UcActivation *a)
{
    Worker *w = data;
    const UcMessage *message[] = { &a->in.message, &a->outcome.result.message, &a->outcome.effect };
    for (int i = 0; i < 2 + a->outcome.has_effect; i++) {
        UcWord kind = message[i]->kind;
        const UcMessageKind *k = uc_message_kind(&uc_world_spec(world)->messages, kind);
        if (!k || kind >= KINDS_MAX || (i == 1 && a->outcome.result.code != UC_SEND))
            continue;
        note_bit(&w->l->kinds_seen[kind / 64], kind % 64);
        for (unsigned f = 0; f < uc_message_fields(k); f++) {
            if ((k->field[f].type == UC_CODE || k->field[f].type == UC_POINT) && message[i]->w[f] < 64)
                note_bit(&w->l->codes_seen[kind][f], (unsigned)message[i]->w[f]);
        }
    }
    const char *reason = a->outcome.result.reason;
    if (reason && g_hash_table_add(w->reasons, (gpointer)reason)) {
        g_mutex_lock(&w->l->lock);
        g_hash_table_add(w->l->reasons, g_strdup_printf("%s: %s", a->outcome.result.code == UC_FAIL ? "refused" : "passed",
                                                        reason));
        g_mutex_unlock(&w->l->lock);
    }
}

static uint32_t note_finding(UcLockstep *l, const UcComparison *c)
{
    UcFinding f = { c->verdict, NULL, c->why, -1 };
    if (c->world && l->set.worlds == 2)
        f.world = uc_world_spec(c->world)->ideal;
    if (c->world && (c->verdict == UC_NO_PROGRESS || c->verdict == UC_INVARIANT_BROKEN))
        f.rule = uc_world_broken_rule(c->world, NULL);
    g_mutex_lock(&l->lock);
    guint i = 0;
    for (; i < l->findings->len; i++) {
        const UcFinding *k = l->findings->pdata[i];
        if (k->verdict == f.verdict && k->world == f.world && !g_strcmp0(k->rule, f.rule) && !g_strcmp0(k->why, f.why))
            break;
    }
    if (i == l->findings->len) {
        f.rule = g_strdup(f.rule);
        f.why = g_strdup(f.why);
        g_ptr_array_add(l->findings, g_memdup2(&f, sizeof f));
    }
    g_mutex_unlock(&l->lock);
    return i + 1;
}

/* Turns the worlds; what they looked at is in read[] afterwards. Returns the number of a finding, or 0. */
static uint32_t turn(Worker *w, const UcChoice *move)
{
    UcLockstep *l = w->l;
    UcStop stop[2];
    w->now++;
    w->reads = 0;
    for (unsigned i = 0; i < l->set.worlds; i++) {
        w->running = i;
        uc_world_rewind(w->world[i]);
        stop[i] = uc_world_turn(w->world[i], &move->write);
    }
    unsigned other = l->set.worlds - 1;
    UcComparison c = uc_compare(w->world[0], stop[0], w->world[other], stop[other], 0);
    return c.verdict == UC_INDISTINGUISHABLE ? 0 : note_finding(l, &c);
}

static void add_write(Worker *w, GArray *writes, const uint32_t *row, uint32_t column, uint32_t value)
{
    uint32_t old = row[column];
    if (value != old)
        g_array_append_vals(writes, &(Write){ column, value }, 1);
}

static uint32_t number_now(Worker *w, uint32_t column)
{
    const UcRegion *now = *slot_at(w, column);
    Column c = w->l->column[column];
    /* An empty region is an absent one, but for the shadow of stable storage (region.h). */
    if (now && !now->words && !(uc_layout_key(w->l->set.layout[c.world], c.slot).kind & UC_SHADOW))
        return 0;
    return uc_pool_put(w->l->pool, now);
}

/* The writes of the worlds; returns the lesson. */
static uint32_t collect(Worker *w, const UcChoice *move, const uint32_t *row, GArray *writes)
{
    UcLockstep *l = w->l;
    size_t entries;
    uint32_t reads = w->reads;
    for (uint32_t i = 0; i < reads; i++) {
        uint32_t c = w->read[i];
        if (*slot_at(w, c) != uc_pool_get(w->l->pool, w->loaded[c]))
            add_write(w, writes, row, c, number_now(w, c));
    }
    const UcViewEntry *entry = uc_world_view(w->world[0], &entries);
    UcRegion *lesson = l->set.chooser.lesson(l->set.chooser.data, move, entry, entries, writes->len > 0);
    uint32_t number = uc_pool_put(l->pool, lesson);
    uc_region_unref(lesson);
    return number;
}

static void put_back(Worker *w)
{
    for (uint32_t i = 0; i < w->reads; i++) {
        uint32_t c = w->read[i];
        if (c >= COUNTER_0 + w->l->set.chooser.counters && *slot_at(w, c) != uc_pool_get(w->l->pool, w->loaded[c]))
            put_slot(w, c, w->loaded[c]);
    }
}

/* Where a move looks or writes, for telling whether two commute. The shadows of a party's stable storage count as one,
 * which every crash and persist looks at (UC_SHADOWS): which of them there were when it ran is chance. */
static uint32_t place_of(UcLockstep *l, uint32_t column)
{
    if (column < COUNTER_0 + l->set.chooser.counters)
        return column;
    Column c = l->column[column];
    UcSlotKey key = uc_layout_key(l->set.layout[c.world], c.slot);
    if (!(key.kind & UC_SHADOW))
        return column;
    return column_for(l, c.world, uc_layout_slot(l->set.layout[c.world], uc_shadows_of(key.machine)));
}

static void mark(uint64_t mask[MASK], uint32_t place) { mask[place / 64 % MASK] |= UINT64_C(1) << place % 64; }

static Masks *masks_of(const Effect *e) { return (Masks *)(void *)(e->write + e->count); }
static uint32_t *looked_at(const Effect *e) { return (uint32_t *)(void *)(masks_of(e) + 1); }

static size_t effect_size(const Effect *e)
{
    return sizeof *e + e->count * sizeof(Write) + sizeof(Masks) + e->looked * sizeof(uint32_t);
}

/* Masks are exact as long as there are not more places than bits. */
static bool too_wide(const UcLockstep *l) { return __atomic_load_n(&l->columns, __ATOMIC_ACQUIRE) > 64 * MASK; }

/* In the worker's own memory, until the next one. */
static Effect *make_effect(Worker *w, const GArray *writes, const uint32_t *row, uint32_t finding, uint32_t lesson)
{
    UcLockstep *l = w->l;
    uint32_t n = finding ? 0 : writes->len;
    Effect head = { .finding = finding, .count = n, .lesson = lesson, .looked = too_wide(l) ? w->reads : 0 };
    g_byte_array_set_size(w->effect, (guint)effect_size(&head));
    memset(w->effect->data, 0, w->effect->len);
    Effect *effect = (void *)w->effect->data;
    *effect = head;
    Masks *masks = masks_of(effect);
    for (uint32_t i = 0; i < w->reads; i++) {
        uint32_t place = place_of(l, w->read[i]);
        mark(masks->reads, place);
        if (effect->looked)
            looked_at(effect)[i] = place;
    }
    for (uint32_t i = 0; i < n; i++) {
        Write x = g_array_index(writes, Write, i);
        effect->write[i] = x;
        mark(masks->writes, place_of(l, x.column));
        digest_add(&effect->delta, column_digest(l, x.column, x.value));
        digest_take(&effect->delta, column_digest(l, x.column, row[x.column]));
    }
    if (lesson) {
        mark(masks->reads, KNOWLEDGE);
        mark(masks->writes, KNOWLEDGE);
    }
    return effect;
}

/* Most moves do nothing in most states. They share one effect: what they looked at matters to nobody. */
static bool is_idle(const Effect *e) { return !e->finding && !e->count && !e->lesson; }

static const Effect *keep_effect(UcLockstep *l, const Effect *effect)
{
    if (is_idle(effect))
        return l->idle;
    size_t size = effect_size(effect);
    g_mutex_lock(&l->lock);
    void *kept = uc_arena_get(&l->effects, size, LINE);
    g_mutex_unlock(&l->lock);
    return memcpy(kept, effect, size);
}

static Effect *run(Worker *w, const UcChoice *move, const uint32_t *row)
{
    uint32_t lesson = 0;
    g_array_set_size(w->writes, 0);
    load(w, row);
    uint32_t finding = turn(w, move);
    if (!finding)
        lesson = collect(w, move, row, w->writes);
    Effect *effect = make_effect(w, w->writes, row, finding, lesson);
    put_back(w);
    return effect;
}

static const Effect *miss(Worker *w, uint32_t number, const uint32_t *row)
{
    UcLockstep *l = w->l;
    const void *kept;
    w->misses++;
    for (uint32_t version = count_slots(l), now;; version = now) {
        const Effect *effect = run(w, move_at(l, number), row);
        now = count_slots(l);
        if (now != version) /* there are slots that it may have missed: look again */
            continue;
        if (uc_memo_add(l->memo, number, version, row, w->read, w->reads, keep_effect(l, effect), &kept))
            return kept;
        l->broken = "a move looked at other parts of the same state than before: a machine has hidden state";
        return NULL;
    }
}

static bool recheck(Worker *w, uint32_t number, const Effect *known, const uint32_t *row)
{
    w->rechecked++;
    const Effect *again = run(w, move_at(w->l, number), row);
    bool same = again->finding == known->finding && again->count == known->count && again->lesson == known->lesson &&
                again->delta.lo == known->delta.lo && again->delta.hi == known->delta.hi &&
                !memcmp(again->write, known->write, known->count * sizeof(Write));
    if (!same)
        w->l->broken = "a remembered move did something else when it was run again";
    return same;
}

/* What a lesson makes of what Z knows, as one write of a row. */
static const Effect *absorb(Worker *w, uint32_t lesson, const uint32_t *row)
{
    UcLockstep *l = w->l;
    const void *kept = uc_memo_find(l->absorbed, lesson, 1, row);
    if (kept)
        return kept;
    UcRegion *after = l->set.chooser.absorb(l->set.chooser.data, uc_pool_get(l->pool, row[KNOWLEDGE]),
                                            uc_pool_get(l->pool, lesson));
    g_mutex_lock(&l->lock);
    Effect *e = uc_arena_get(&l->effects, sizeof(Effect) + sizeof(Write), LINE);
    g_mutex_unlock(&l->lock);
    e->write[0] = (Write){ KNOWLEDGE, after ? uc_pool_put(l->pool, after) : row[KNOWLEDGE] };
    e->count = e->write[0].value != row[KNOWLEDGE];
    digest_add(&e->delta, column_digest(l, KNOWLEDGE, e->write[0].value));
    digest_take(&e->delta, column_digest(l, KNOWLEDGE, row[KNOWLEDGE]));
    uc_region_unref(after);
    uc_memo_add(l->absorbed, lesson, 1, row, &(const uint32_t){ KNOWLEDGE }, 1, e, &kept);
    return kept;
}

/* ---- the model ---- */

static uint32_t faults_in(const UcLockstep *l, const uint32_t *column)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < l->set.chooser.counters; i++)
        sum += l->set.chooser.fault[i] ? column[COUNTER_0 + i] : 0;
    return sum;
}

static bool within(const UcLockstep *l, const uint32_t *column, uint8_t counter, bool faults_left)
{
    return counter == UC_NO_COUNTER || (column[COUNTER_0 + counter] < l->set.chooser.limit[counter] &&
                                        (faults_left || !l->set.chooser.fault[counter]));
}

static void count_up(const UcLockstep *l, UcDigest *hash, uint32_t counter, uint32_t value)
{
    digest_add(hash, counter_digest(l, counter, value + 1));
    digest_take(hash, counter_digest(l, counter, value));
}

/* The parties involved so far are kept behind the counters, in a word that is 0 where none are alike. */
static uint32_t involved(const UcLockstep *l) { return COUNTER_0 + l->set.chooser.counters - 1; }

/* Of the parties of a class, are those that are involved after the move the first ones? */
static bool in_order(const UcLockstep *l, const uint32_t *column, const Listed *move)
{
    for (int i = 0; i < UC_ALIKE_MAX && l->set.chooser.alike[i]; i++) {
        uint32_t class = l->set.chooser.alike[i];
        uint32_t first = ((column[involved(l)] | move->names) & class) / (class & -class);
        if (first & (first + 1))
            return false;
    }
    return true;
}

/* One move from a state: the effect, remembered or run. NULL: broken. */
static const Effect *effect_of(Worker *w, uint32_t number, uint32_t *version, const uint32_t *column)
{
    UcLockstep *l = w->l;
    const Effect *effect = uc_memo_find(l->memo, number, *version, column);
    if (!effect) {
        effect = miss(w, number, column);
        *version = count_slots(l);
    } else if (++w->hits % l->set.recheck == 0 && !recheck(w, number, effect, column)) {
        effect = NULL;
    }
    return effect;
}

/* False: nothing is changed or found by it. */
static bool edge_of(Worker *w, const uint32_t *row, const Listed *move, const Effect *effect, UcEdge *e)
{
    const uint32_t *column = row + HEAD, *counter = column + COUNTER_0;
    const Effect *learnt = effect->lesson ? absorb(w, effect->lesson, column) : NULL;
    *e = (UcEdge){ .hash = row_hash(row), .effect = effect, .move = move->number, .finding = effect->finding };
    if (!effect->count && !(learnt && learnt->count))
        return effect->finding;
    digest_add(&e->hash, effect->delta);
    if (learnt)
        digest_add(&e->hash, learnt->delta);
    if (move->counter != UC_NO_COUNTER)
        count_up(w->l, &e->hash, move->counter, counter[move->counter]);
    if (move->counter2 != UC_NO_COUNTER)
        count_up(w->l, &e->hash, move->counter2, counter[move->counter2]);
    uint32_t at = involved(w->l);
    if (move->names & ~column[at]) {
        digest_add(&e->hash, counter_digest(w->l, at - COUNTER_0, column[at] | move->names));
        digest_take(&e->hash, counter_digest(w->l, at - COUNTER_0, column[at]));
    }
    return true;
}

static void note_skips(Worker *w, const uint32_t *skip, uint32_t skips)
{
    w->skipping++;
    for (uint32_t i = 0; i < skips; i++) {
        if (skip[i] >= w->skip->len)
            g_array_set_size(w->skip, skip[i] * 2 + 64);
        g_array_index(w->skip, uint64_t, skip[i]) = w->skipping;
    }
}

static bool skipped(const Worker *w, uint32_t number)
{
    return number < w->skip->len && g_array_index(w->skip, uint64_t, number) == w->skipping;
}

static bool possible(const UcLockstep *l, const uint32_t *column, const Listed *move, bool faults_left)
{
    return within(l, column, move->counter, faults_left) && within(l, column, move->counter2, faults_left);
}

static bool expand(void *worker, const uint32_t *row, const uint32_t *skip, uint32_t skips,
                   UcEdges *out)
{
    Worker *w = worker;
    UcLockstep *l = w->l;
    const uint32_t *column = row + HEAD;
    const List *list = list_of(l, column[KNOWLEDGE]);
    uint32_t version = count_slots(l);
    bool faults_left = faults_in(l, column) < l->set.fault_budget;
    note_skips(w, skip, skips);
    for (uint32_t i = 0; i < list->count; i++) {
        const Listed *move = &list->move[i];
        if (i + AHEAD < list->count)
            uc_memo_prefetch(l->memo, list->move[i + AHEAD].number);
        if (!possible(l, column, move, faults_left) || !in_order(l, column, move) || skipped(w, move->number))
            continue;
        const Effect *effect = effect_of(w, move->number, &version, column);
        if (!effect)
            return false;
        UcEdge edge;
        if (effect != l->idle && edge_of(w, row, move, effect, &edge))
            *uc_edges_add(out) = edge;
        else
            out->idle++;
    }
    return true;
}

static bool step(void *worker, const uint32_t *row, uint32_t number, UcEdge *edge)
{
    Worker *w = worker;
    UcLockstep *l = w->l;
    const uint32_t *column = row + HEAD;
    uint32_t version = count_slots(l);
    Listed move = listed(l, number);
    if (!possible(l, column, &move, faults_in(l, column) < l->set.fault_budget))
        return false;
    const Effect *effect = effect_of(w, number, &version, column);
    if (effect)
        edge_of(w, row, &move, effect, edge);
    return effect != NULL;
}

static uint32_t changes(void *worker, const uint32_t *row, const UcEdge *edge, UcChange *out)
{
    Worker *w = worker;
    const Effect *effect = edge->effect;
    const UcChoice *move = move_at(w->l, edge->move);
    uint32_t n = 0, hash[HEAD];
    const Effect *learnt = effect->lesson ? absorb(w, effect->lesson, row + HEAD) : NULL;
    if (!effect->count && !(learnt && learnt->count))
        return 0;
    g_assert(effect->count + HEAD + 4 <= UC_CHANGES_MAX);
    memcpy(hash, &edge->hash, sizeof hash);
    for (uint32_t i = 0; i < HEAD; i++)
        out[n++] = (UcChange){ i, hash[i] };
    for (uint32_t i = 0; i < effect->count; i++)
        out[n++] = (UcChange){ HEAD + effect->write[i].column, effect->write[i].value };
    if (learnt && learnt->count)
        out[n++] = (UcChange){ HEAD + KNOWLEDGE, learnt->write[0].value };
    const uint8_t counter[] = { move->counter, move->counter2 };
    for (int i = 0; i < 2; i++) {
        uint32_t at = HEAD + COUNTER_0 + counter[i];
        if (counter[i] != UC_NO_COUNTER)
            out[n++] = (UcChange){ at, row[at] + 1 };
    }
    uint32_t names = HEAD + involved(w->l);
    if (move->names & ~row[names])
        out[n++] = (UcChange){ names, row[names] | move->names };
    return n;
}

static void add_state(UcLockstep *l, UcWorld *world, unsigned which, uint32_t *column, UcDigest *hash)
{
    UcState *state = uc_world_state(world);
    for (uint32_t s = 0; s < state->slots; s++) {
        if (!state->slot[s])
            continue;
        uint32_t c = column_for(l, which, s);
        UcSlotKey key = uc_layout_key(l->set.layout[which], s);
        if (state->slot[s]->words || (key.kind & UC_SHADOW))
            column[c] = uc_pool_put(l->pool, state->slot[s]);
        digest_add(hash, column_digest(l, c, column[c]));
    }
}

static UcDigest root(void *data, uint32_t *row)
{
    const UcLockstep *l = data;
    memcpy(row, l->root->data, l->root->len * sizeof *row);
    return row_hash(row);
}

/* One write of the prefix in every world; what Z learnt from it. */
static uint32_t turn_prefix(UcLockstep *l, UcWorld *world[2], const UcEnvelope *write, UcRegion **knowledge)
{
    const UcChooser *z = &l->set.chooser;
    UcChoice choice = { .write = *write, .counter = UC_NO_COUNTER, .counter2 = UC_NO_COUNTER, .tag = UC_PREFIX_TAG };
    UcStop stop[2];
    size_t entries;
    for (unsigned i = 0; i < l->set.worlds; i++) {
        uc_world_rewind(world[i]);
        stop[i] = uc_world_turn(world[i], write);
    }
    unsigned other = l->set.worlds - 1;
    UcComparison c = uc_compare(world[0], stop[0], world[other], stop[other], 0);
    if (c.verdict != UC_INDISTINGUISHABLE)
        return note_finding(l, &c);
    const UcViewEntry *entry = uc_world_view(world[0], &entries);
    UcRegion *lesson = z->lesson(z->data, &choice, entry, entries, true);
    UcRegion *more = lesson ? z->absorb(z->data, *knowledge, lesson) : NULL;
    uc_region_unref(lesson);
    if (more) {
        uc_region_unref(*knowledge);
        *knowledge = more;
    }
    return 0;
}

/* The state from which the search starts. */
static void make_root(UcLockstep *l)
{
    UcWorld *world[2] = { NULL };
    UcRegion *knowledge = NULL;
    UcDigest hash = { 0, 0 };
    g_autofree uint32_t *row = g_new0(uint32_t, UC_ROW_MAX);
    for (unsigned i = 0; i < l->set.worlds; i++)
        world[i] = l->set.start(l->set.data, i);
    for (size_t i = 0; i < l->set.prefixes && !l->root_finding; i++)
        l->root_finding = turn_prefix(l, world, &l->set.prefix[i], &knowledge);
    for (unsigned i = 0; i < l->set.worlds; i++) {
        add_state(l, world[i], i, row + HEAD, &hash);
        uc_world_free(world[i]);
    }
    row[HEAD + KNOWLEDGE] = uc_pool_put(l->pool, knowledge);
    digest_add(&hash, column_digest(l, KNOWLEDGE, row[HEAD + KNOWLEDGE]));
    uc_region_unref(knowledge);
    memcpy(row, &hash, sizeof hash);
    g_array_append_vals(l->root, row, HEAD + l->columns);
}

static void *worker_new(void *data)
{
    Worker *w = g_new0(Worker, 1);
    w->l = data;
    w->reasons = g_hash_table_new(NULL, NULL);
    w->skip = g_array_new(FALSE, TRUE, sizeof(uint64_t));
    w->writes = g_array_new(FALSE, FALSE, sizeof(Write));
    w->effect = g_byte_array_new();
    for (unsigned i = 0; i < w->l->set.worlds; i++) {
        w->world[i] = w->l->set.start(w->l->set.data, i);
        uc_state_clear(uc_world_state(w->world[i]));
        uc_world_probe(w->world[i], probe, w);
        uc_world_observe(w->world[i], observe, w);
    }
    return w;
}

static void worker_free(void *worker)
{
    Worker *w = worker;
    UcLockstep *l = w->l;
    g_mutex_lock(&l->lock);
    l->hits += w->hits;
    l->misses += w->misses;
    l->rechecked += w->rechecked;
    g_mutex_unlock(&l->lock);
    for (unsigned i = 0; i < l->set.worlds; i++)
        uc_world_free(w->world[i]);
    g_hash_table_unref(w->reasons);
    g_array_unref(w->skip);
    g_array_unref(w->writes);
    g_byte_array_unref(w->effect);
    g_free(w);
}

static bool apart(const uint64_t a[MASK], const uint64_t b[MASK])
{
    uint64_t both = 0;
    for (int i = 0; i < MASK; i++)
        both |= a[i] & b[i];
    return !both;
}

static bool looks_at(const Effect *e, uint32_t place)
{
    for (uint32_t i = 0; i < e->looked; i++) {
        if (looked_at(e)[i] == place)
            return true;
    }
    return !e->looked && place < 64 * MASK && masks_of(e)->reads[place / 64] >> place % 64 & 1;
}

/* Does `a` write what `b` looks at? What is written is looked at too. */
static bool disturbs(UcLockstep *l, const Effect *a, const Effect *b)
{
    for (uint32_t i = 0; i < a->count; i++) {
        if (looks_at(b, place_of(l, a->write[i].column)))
            return true;
    }
    return a->lesson && b->lesson;
}

/* Neither writes what the other looks at or writes. Both orders stay within the bounds, as bounds only grow less. */
static bool commute(void *worker, const UcEdge *a, const UcEdge *b)
{
    const Effect *x = a->effect, *y = b->effect;
    UcLockstep *l = ((Worker *)worker)->l;
    const Masks *mx = masks_of(x), *my = masks_of(y);
    if (apart(mx->writes, my->writes) && apart(mx->writes, my->reads) && apart(mx->reads, my->writes))
        return true;
    return (x->looked || y->looked) && !disturbs(l, x, y) && !disturbs(l, y, x); /* else masks are exact */
}

static uint64_t order(void *data, uint32_t move)
{
    const UcLockstep *l = data;
    return ((const Known *)uc_chunks_at(&l->moves, move, sizeof(Known)))->order;
}

/* Which of the words of a move are handles: of the message, then of the chooser's own. */
static bool word_is_bytes(const UcLockstep *l, const UcChoice *m, unsigned i)
{
    const UcMessageKind *kind = uc_message_kind(&l->set.spec[0]->messages, m->write.message.kind);
    if (i >= UC_MESSAGE_WORDS)
        return l->set.chooser.extra_handles >> (i - UC_MESSAGE_WORDS) & 1;
    UcFieldType t = kind && i < uc_message_fields(kind) ? kind->field[i].type : UC_INT;
    return t == UC_BYTES || t == UC_TEXT || t == UC_INTERVALS || t == UC_PARTIES;
}

enum { MOVE_WORDS = UC_MESSAGE_WORDS + 4 };

static uint32_t moves_now(void *data) { return uc_chunks_count(&((const UcLockstep *)data)->moves); }

static void save_move(void *data, uint32_t move, GByteArray *out)
{
    const UcLockstep *l = data;
    const UcChoice *m = move_at(l, move);
    uint64_t head[] = { m->write.from, m->write.to, m->write.peer, m->write.message.kind, m->counter, m->counter2,
                        m->actor, m->tag, m->names };
    for (size_t i = 0; i < G_N_ELEMENTS(head); i++)
        uc_append_u64(out, head[i]);
    for (unsigned i = 0; i < MOVE_WORDS; i++) {
        UcWord word = i < UC_MESSAGE_WORDS ? m->write.message.w[i] : m->extra[i - UC_MESSAGE_WORDS];
        size_t length;
        bool bytes = word_is_bytes(l, m, i) && word != UC_NONE;
        uc_append_u8(out, bytes);
        if (bytes) {
            const uint8_t *b = uc_store_get(l->set.store, word, &length);
            uc_append_u64(out, length);
            g_byte_array_append(out, b, (guint)length);
        } else {
            uc_append_u64(out, word);
        }
    }
}

static uint64_t read_u64(const uint8_t *at)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | at[i];
    return value;
}

static size_t load_move(void *data, uint32_t number, const uint8_t *bytes, size_t length)
{
    UcLockstep *l = data;
    enum { HEAD_WORDS = 9 };
    uint64_t head[HEAD_WORDS];
    UcChoice m;
    size_t at = 0;
    memset(&m, 0, sizeof m);
    if (length < sizeof head)
        return 0;
    for (; at < HEAD_WORDS; at++)
        head[at] = read_u64(bytes + 8 * at);
    at *= 8;
    m.write.from = (uint16_t)head[0];
    m.write.to = (uint16_t)head[1];
    m.write.peer = (uint16_t)head[2];
    m.write.message.kind = head[3];
    m.counter = (uint8_t)head[4];
    m.counter2 = (uint8_t)head[5];
    m.actor = (uint8_t)head[6];
    m.tag = (uint8_t)head[7];
    m.names = (uint32_t)head[8];
    for (unsigned i = 0; i < MOVE_WORDS; i++) {
        if (length - at < 9)
            return 0;
        bool handle = bytes[at];
        UcWord word = read_u64(bytes + at + 1);
        at += 9;
        if (handle && word > length - at)
            return 0;
        size_t taken = handle ? word : 0;
        if (handle)
            word = uc_store_put(l->set.store, bytes + at, taken);
        at += taken;
        *(i < UC_MESSAGE_WORDS ? &m.write.message.w[i] : &m.extra[i - UC_MESSAGE_WORDS]) = word;
    }
    return intern_move(l, &m) == number ? at : 0;
}

static uint32_t actor(void *data, uint32_t move) { return move_at(data, move)->actor; }
static const char *broken(void *data) { return ((UcLockstep *)data)->broken; }

static size_t memory(void *data)
{
    UcLockstep *l = data;
    return uc_pool_memory(l->pool) + uc_memo_memory(l->memo) + uc_memo_memory(l->absorbed) + l->effects.memory + uc_store_memory(l->set.store);
}

UcModel uc_lockstep_model(UcLockstep *l)
{
    return (UcModel){ .data = l, .root = root, .worker_new = worker_new,
                      .worker_free = worker_free, .expand = expand, .step = step, .changes = changes, .commute = commute, .order = order,
                      .actor = actor, .actors = l->set.chooser.actors, .broken = broken, .memory = memory, .moves = moves_now,
                      .save_move = save_move, .load_move = load_move };
}

UcLockstep *uc_lockstep_new(const UcLockstepSetup *setup)
{
    g_assert(setup && (setup->worlds == 1 || setup->worlds == 2) && setup->chooser.counters < UC_COUNTERS_MAX);
    UcLockstep *l = g_aligned_alloc0(1, sizeof(UcLockstep), LINE);
    l->set = *setup;
    l->set.chooser.counters++; /* see involved() */
    if (!l->set.recheck)
        l->set.recheck = UINT32_MAX;
    for (uint32_t i = 0; i < UC_COUNTERS_MAX; i++) {
        for (uint32_t value = 0; value < COUNTED; value++)
            l->counted[i][value] = make_counter_digest(i, value);
    }
    l->pool = uc_pool_new();
    l->memo = uc_memo_new();
    l->absorbed = uc_memo_new();
    l->idle = uc_arena_get(&l->effects, sizeof(Effect) + sizeof(Masks), LINE);
    g_mutex_init(&l->lock);
    l->columns = COUNTER_0 + l->set.chooser.counters;
    l->version = 1;
    for (unsigned i = 0; i < setup->worlds; i++)
        l->column_of[i] = g_new0(uint32_t, SLOTS_MAX);
    l->move_of = g_hash_table_new(move_hash, move_equal);
    l->findings = g_ptr_array_new_with_free_func(free_finding);
    l->reasons = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    l->root = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    make_root(l);
    count_slots(l);
    l->set.prefix = NULL;
    return l;
}

void uc_lockstep_free(UcLockstep *l)
{
    if (!l)
        return;
    uc_memo_free(l->memo);
    uc_memo_free(l->absorbed);
    uc_arena_free(&l->effects);
    uc_pool_free(l->pool);
    g_hash_table_unref(l->move_of);
    for (uint32_t i = 0; i < l->lists.count; i++)
        g_free(*(List **)uc_chunks_at(&l->lists, i, sizeof(List *)));
    uc_chunks_free(&l->moves);
    uc_chunks_free(&l->lists);
    for (unsigned i = 0; i < 2; i++)
        g_free(l->column_of[i]);
    g_array_unref(l->root);
    g_ptr_array_unref(l->findings);
    g_hash_table_unref(l->reasons);
    g_mutex_clear(&l->lock);
    g_aligned_free(l);
}

uint32_t uc_lockstep_root_finding(const UcLockstep *l) { return l->root_finding; }
void uc_lockstep_set_fault_budget(UcLockstep *l, uint32_t faults) { l->set.fault_budget = faults; }

UcLockstepFigures uc_lockstep_figures(const UcLockstep *l)
{
    return (UcLockstepFigures){ .hits = l->hits, .misses = l->misses, .rechecked = l->rechecked,
                                .regions = uc_pool_count(l->pool), .moves = uc_chunks_count(&l->moves), .columns = l->columns,
                                .effects = uc_memo_effects(l->memo), .memory = memory((void *)l) };
}

/* ---- coverage ---- */

static void cover(UcCoverage *c, bool reached, const char *kind, const char *field, const char *code)
{
    char *text = field ? g_strdup_printf("%s %s %s", kind, field, code) : g_strdup(kind);
    g_ptr_array_add(reached ? c->seen : c->missing, text);
}

static void cover_codes(UcCoverage *c, const UcLockstep *l, const UcMessageKind *kind, unsigned number)
{
    for (unsigned f = 0; f < uc_message_fields(kind); f++) {
        const char *const *name = kind->field[f].type == UC_POINT ? uc_point_name
                                : kind->field[f].type == UC_CODE ? kind->field[f].names : NULL;
        for (unsigned i = 0; name && name[i] && i < 64; i++)
            cover(c, l->codes_seen[number][f] >> i & 1, kind->name, kind->field[f].name, name[i]);
    }
}

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

UcCoverage *uc_lockstep_coverage(UcLockstep *l)
{
    g_assert(l);
    UcCoverage *c = g_new0(UcCoverage, 1);
    const UcMessageTable *table = &l->set.spec[0]->messages;
    GHashTableIter iter;
    gpointer reason;
    c->seen = g_ptr_array_new_with_free_func(g_free);
    c->missing = g_ptr_array_new_with_free_func(g_free);
    c->reasons = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = UC_M_EMPTY + 1; i < MIN(UC_M_USER + table->kinds, (unsigned)KINDS_MAX); i++) {
        const UcMessageKind *kind = uc_message_kind(table, i);
        if (!kind)
            continue;
        cover(c, l->kinds_seen[i / 64] >> i % 64 & 1, kind->name, NULL, NULL);
        cover_codes(c, l, kind, i);
    }
    g_hash_table_iter_init(&iter, l->reasons);
    while (g_hash_table_iter_next(&iter, &reason, NULL))
        g_ptr_array_add(c->reasons, g_strdup(reason));
    g_ptr_array_sort(c->reasons, by_text); /* never in the order of a hash table */
    return c;
}

void uc_coverage_free(UcCoverage *c)
{
    if (!c)
        return;
    g_ptr_array_unref(c->seen);
    g_ptr_array_unref(c->missing);
    g_ptr_array_unref(c->reasons);
    g_free(c);
}
