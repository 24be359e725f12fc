/* Running a move, remembering what it did, and what of it commutes. */
#include "simulator/explore/lockstep_internal.h"

static void look(Worker *w, uint32_t column)
{
    if (w->stamp[column] == w->now)
        return;
    w->stamp[column] = w->now;
    w->read[w->reads++] = column;
}

void lockstep_probe(void *data, uint32_t slot)
{
    Worker *w = data;
    look(w, lockstep_column_for(w->l, w->lock.running, slot));
}

static UcRegion **slot_at(Worker *w, uint32_t column)
{
    Column c = w->l->column[column];
    UcState *state = uc_world_state(w->lock.world[c.world]);
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

uint32_t lockstep_note_finding(UcLockstep *l, const UcComparison *c)
{
    UcFinding f = { c->verdict, uc_comparison_rule(c), c->why, -1 };
    if (c->world && l->set.worlds == 2)
        f.world = uc_world_spec(c->world)->ideal;
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
    w->now++;
    w->reads = 0;
    uc_lock_rewind(&w->lock);
    UcComparison c = uc_lock_turn(&w->lock, &move->write);
    return c.verdict == UC_INDISTINGUISHABLE ? 0 : lockstep_note_finding(w->l, &c);
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
    const UcViewEntry *entry = uc_world_view(w->lock.world[0], &entries);
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
    return lockstep_column_for(l, c.world, uc_layout_slot(l->set.layout[c.world], uc_shadows_of(key.machine)));
}

static void mark(uint64_t mask[MASK], uint32_t place) { mask[place / 64 % MASK] |= UINT64_C(1) << place % 64; }

guint lockstep_masks_hash(gconstpointer p) { return (guint)uc_digest(p, sizeof(Masks)).lo; }
gboolean lockstep_masks_equal(gconstpointer a, gconstpointer b) { return !memcmp(a, b, sizeof(Masks)); }

static uint32_t *looked_at(const Effect *e) { return (uint32_t *)(void *)(e->write + e->count); }

static size_t effect_size(const Effect *e)
{
    return sizeof *e + e->count * sizeof(Write) + e->looked * sizeof(uint32_t);
}

/* Masks are exact as long as there are not more places than bits. */
static bool too_wide(const UcLockstep *l) { return __atomic_load_n(&l->columns, __ATOMIC_ACQUIRE) > 64 * MASK; }

/* In the worker's own memory, until the next one. */
static Effect *make_effect(Worker *w, const GArray *writes, const uint32_t *row, uint32_t finding, uint32_t lesson)
{
    UcLockstep *l = w->l;
    uint32_t n = finding ? 0 : writes->len;
    if (n + HEAD + 4 > UC_CHANGES_MAX)
        lockstep_set_full(l);
    Effect head = { .finding = finding, .count = n, .lesson = lesson, .looked = too_wide(l) ? w->reads : 0 };
    g_byte_array_set_size(w->effect, (guint)effect_size(&head));
    memset(w->effect->data, 0, w->effect->len);
    Effect *effect = (void *)w->effect->data;
    *effect = head;
    Masks *masks = &w->masks;
    memset(masks, 0, sizeof *masks);
    effect->masks = masks;
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
        digest_add(&effect->delta, lockstep_column_digest(l, x.column, x.value));
        digest_take(&effect->delta, lockstep_column_digest(l, x.column, row[x.column]));
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
    Effect *kept = memcpy(uc_arena_get(&l->effects, size, sizeof(UcDigest)), effect, size);
    kept->masks = g_hash_table_lookup(l->masks, effect->masks);
    if (!kept->masks) {
        kept->masks = g_memdup2(effect->masks, sizeof *effect->masks);
        g_hash_table_add(l->masks, (gpointer)kept->masks);
    }
    g_mutex_unlock(&l->lock);
    return kept;
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
    for (uint32_t version = lockstep_count_slots(l), now;; version = now) {
        const Effect *effect = run(w, move_at(l, number), row);
        now = lockstep_count_slots(l);
        if (lockstep_is_full(l))
            return NULL;
        if (now != version) /* there are slots that it may have missed: look again */
            continue;
        if (uc_memo_add(l->memo, number, version, row, w->read, w->reads, keep_effect(l, effect), &kept))
            return kept;
        l->broken = "a move looked at other parts of the same state than before: a machine has hidden state";
        return NULL;
    }
}

bool lockstep_recheck(Worker *w, uint32_t number, const Effect *known, const uint32_t *row)
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

/* One move from a state: the effect, remembered or run. NULL: broken. */
const Effect *lockstep_effect_of(Worker *w, uint32_t number, uint32_t *version, const uint32_t *column)
{
    UcLockstep *l = w->l;
    const Effect *effect = uc_memo_find(l->memo, number, *version, column);
    if (!effect) {
        effect = miss(w, number, column);
        *version = lockstep_count_slots(l);
        return effect;
    }
    w->hits++;
    if (--w->due > 0)
        return effect;
    w->due = l->set.recheck;
    return lockstep_recheck(w, number, effect, column) ? effect : NULL;
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
    return !e->looked && place < 64 * MASK && e->masks->reads[place / 64] >> place % 64 & 1;
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
bool lockstep_commute(void *worker, const UcEdge *a, const UcEdge *b)
{
    const Effect *x = a->effect, *y = b->effect;
    UcLockstep *l = ((Worker *)worker)->l;
    const Masks *mx = x->masks, *my = y->masks;
    if (apart(mx->writes, my->writes) && apart(mx->writes, my->reads) && apart(mx->reads, my->writes))
        return true;
    return (x->looked || y->looked) && !disturbs(l, x, y) && !disturbs(l, y, x); /* else masks are exact */
}
