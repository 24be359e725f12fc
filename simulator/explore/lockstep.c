/* The model that a search sees: expanding a row, what a move changes, the first row. */
#include "simulator/explore/lockstep_internal.h"

enum { FINDINGS = (1 << 24) - 1 };

static void free_finding(gpointer p)
{
    UcFinding *f = p;
    g_free((char *)f->rule);
    g_free((char *)f->why);
    g_free(f);
}

static void count_up(const UcLockstep *l, UcDigest *hash, uint32_t counter, uint32_t value)
{
    digest_add(hash, counter_digest(l, counter, value + 1));
    digest_take(hash, counter_digest(l, counter, value));
}

/* False: nothing is changed or found by it. */
static bool edge_of(Worker *w, const uint32_t *row, const Listed *move, const Effect *effect, UcEdge *e)
{
    const uint32_t *column = row + HEAD, *counter = column + COUNTER_0;
    const uint32_t before = column[KNOWLEDGE], after = lockstep_absorb(w->l, effect->lesson, before);
    const bool news = after != before;
    uint32_t units = (uint32_t)__builtin_popcount(move->counters) + (news ? lockstep_used(w->l, after) - lockstep_used(w->l, before) : 0);
    *e = (UcEdge){ .hash = row_hash(row), .effect = effect, .aside = after, .move = move->number, .finding = effect->finding & FINDINGS,
                   .units = (uint8_t)MIN(units, (uint32_t)UINT8_MAX) };
    if (!effect->count && !news)
        return effect->finding;
    digest_add(&e->hash, effect->delta);
    if (news) {
        digest_add(&e->hash, lockstep_lore_digest(w->l, after));
        digest_take(&e->hash, lockstep_lore_digest(w->l, before));
    }
    for (uint32_t left = move->counters; left; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(left);
        count_up(w->l, &e->hash, i, counter[i]);
    }
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

/* In the order of the list. */
static void sort_tried(Tried *tried, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        Tried t = tried[i];
        uint32_t at = i;
        for (; at > 0 && tried[at - 1].place > t.place; at--)
            tried[at] = tried[at - 1];
        tried[at] = t;
    }
}

/* What the moves of a list do; the idle ones are only counted. False: broken, or stopped. */
static bool try_list(Worker *w, const List *list, const uint32_t *column, UcEdges *out)
{
    UcLockstep *l = w->l;
    uint32_t version = lockstep_count_slots(l), exhausted = lockstep_exhausted(l, column);
    w->tries = w->unasked = 0;
    const uint32_t parts = list->mix->parts, *place = list->mix->place;
    g_array_set_size(w->allowed, parts);
    const Allowed **allowed = (const Allowed **)(void *)w->allowed->data;
    for (uint32_t i = 0; i < parts; i++) {
        allowed[i] = lockstep_allowed(l, list->group[i], column, exhausted);
        uc_memo_prefetch(l->outcomes, allowed[i]->trie);
    }
    for (uint32_t i = 0; i < parts; i++, place += 1 + *place) {
        Part part = { list->group[i], place + 1 };
        if (!lockstep_try(w, &part, allowed[i], &version, column, out))
            return false;
    }
    sort_tried(w->tried, w->tries);
    return true;
}

static bool expand(void *worker, const uint32_t *row, const uint32_t *skip, uint32_t skips,
                   UcEdges *out)
{
    Worker *w = worker;
    const List *list = lockstep_list_of(w->l, row[HEAD + KNOWLEDGE]);
    if (!try_list(w, list, row + HEAD, out))
        return out->stopped;
    note_skips(w, skip, skips);
    for (uint32_t i = 0; i < w->tries; i++) {
        const Tried *t = &w->tried[i];
        if (skips && skipped(w, t->move->number))
            continue;
        if (!edge_of(w, row, t->move, t->effect, uc_edges_add(out))) {
            out->count--;
            out->idle++;
        }
    }
    return true;
}

static bool step(void *worker, const uint32_t *row, uint32_t number, UcEdge *edge)
{
    Worker *w = worker;
    UcLockstep *l = w->l;
    const uint32_t *column = row + HEAD;
    uint32_t version = lockstep_count_slots(l);
    Listed move = lockstep_listed(l, number);
    if (!lockstep_possible(&move, lockstep_exhausted(l, column)))
        return false;
    const Effect *effect = lockstep_effect_of(w, number, &version, column);
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
    const uint32_t before = row[HEAD + KNOWLEDGE], after = edge->aside;
    lockstep_note_lore(w->l, after);
    if (!effect->count && after == before)
        return 0;
    g_assert(effect->count + HEAD + 3 <= UC_CHANGES_MAX); /* see make_effect() */
    memcpy(hash, &edge->hash, sizeof hash);
    for (uint32_t i = 0; i < HEAD; i++)
        out[n++] = (UcChange){ i, hash[i] };
    for (uint32_t i = 0; i < effect->count; i++)
        out[n++] = (UcChange){ HEAD + effect->write[i].column, effect->write[i].value };
    if (after != before)
        out[n++] = (UcChange){ HEAD + KNOWLEDGE, after };
    uint32_t counter = HEAD + COUNTER_0 + move->counter;
    if (move->counter != UC_NO_COUNTER)
        out[n++] = (UcChange){ counter, row[counter] + 1 };
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
        uint32_t c = lockstep_column_for(l, which, s);
        UcSlotKey key = uc_layout_key(l->set.layout[which], s);
        if (state->slot[s]->words || (key.kind & UC_SHADOW))
            column[c] = uc_pool_put(l->pool, state->slot[s]);
        digest_add(hash, lockstep_column_digest(l, c, column[c]));
    }
}

static UcDigest root(void *data, uint32_t *row)
{
    const UcLockstep *l = data;
    memcpy(row, l->root->data, l->root->len * sizeof *row);
    return row_hash(row);
}

/* One write of the prefix in every world; what Z learnt from it. */
static uint32_t turn_prefix(UcLockstep *l, UcLock *lock, const UcEnvelope *write, UcRegion **knowledge)
{
    const UcChooser *z = &l->set.chooser;
    UcChoice choice = { .write = *write, .counter = UC_NO_COUNTER, .tag = UC_PREFIX_TAG };
    size_t entries;
    uc_lock_rewind(lock);
    UcComparison c = uc_lock_turn(lock, write);
    if (c.verdict != UC_INDISTINGUISHABLE)
        return lockstep_note_finding(l, &c);
    const UcViewEntry *entry = uc_world_view(lock->world[0], &entries);
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
    UcLock lock = { .worlds = l->set.worlds };
    UcRegion *knowledge = NULL;
    UcDigest hash = { 0, 0 };
    g_autofree uint32_t *row = g_new0(uint32_t, UC_ROW_MAX);
    for (unsigned i = 0; i < l->set.worlds; i++)
        lock.world[i] = l->set.start(l->set.data, i);
    for (size_t i = 0; i < l->set.prefixes && !l->root_finding; i++)
        l->root_finding = turn_prefix(l, &lock, &l->set.prefix[i], &knowledge);
    for (unsigned i = 0; i < l->set.worlds; i++) {
        add_state(l, lock.world[i], i, row + HEAD, &hash);
        uc_world_free(lock.world[i]);
    }
    row[HEAD + KNOWLEDGE] = lockstep_know(l, knowledge);
    digest_add(&hash, lockstep_column_digest(l, KNOWLEDGE, row[HEAD + KNOWLEDGE]));
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
    w->allowed = g_array_new(FALSE, FALSE, sizeof(const Allowed *));
    w->open = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    w->path = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    w->columns = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    w->due = w->l->set.recheck;
    w->lock.worlds = w->l->set.worlds;
    for (unsigned i = 0; i < w->l->set.worlds; i++) {
        w->lock.world[i] = w->l->set.start(w->l->set.data, i);
        uc_state_clear(uc_world_state(w->lock.world[i]));
        uc_world_probe(w->lock.world[i], lockstep_probe, w);
        uc_world_observe(w->lock.world[i], lockstep_observe, w);
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
        uc_world_free(w->lock.world[i]);
    g_hash_table_unref(w->reasons);
    g_array_unref(w->skip);
    g_array_unref(w->writes);
    g_byte_array_unref(w->effect);
    g_free(w->tried);
    g_array_unref(w->allowed);
    g_array_unref(w->open);
    g_array_unref(w->path);
    g_array_unref(w->columns);
    g_free(w);
}

/* How many units of bounds are used up. */
static uint32_t depth(void *worker, const uint32_t *row)
{
    UcLockstep *l = ((Worker *)worker)->l;
    uint32_t sum = lockstep_used(l, row[HEAD + KNOWLEDGE]);
    for (uint32_t c = HEAD + COUNTER_0; c < HEAD + involved(l); c++)
        sum += row[c];
    return sum;
}

/* As one move's views and rules are judged: views that differ come before rules. */
static int order(void *data, uint32_t finding, uint32_t other)
{
    UcLockstep *l = data;
    g_mutex_lock(&l->lock);
    const UcFinding *a = uc_lockstep_finding(l, finding), *b = uc_lockstep_finding(l, other);
    g_mutex_unlock(&l->lock);
    return a->verdict != b->verdict ? (int)a->verdict - (int)b->verdict : uc_rule_compare(a->rule, b->rule);
}

/* Providers keep terms of the bytes that they make: a run that makes such makes new bytes. */
static uint64_t made(void *data) { return uc_store_count(((UcLockstep *)data)->set.store); }
static GPtrArray *makers(void *data) { return ((UcLockstep *)data)->makers; }

static bool full(void *data) { return lockstep_is_full(data); }
static uint32_t actor(void *data, uint32_t move) { return move_at(data, move)->actor; }
static const char *broken(void *data) { return ((UcLockstep *)data)->broken; }

static void parts(void *data, UcMemoryParts *out)
{
    const UcLockstep *l = data;
    out->of[UC_MEMORY_REGIONS] += uc_pool_memory(l->pool) + uc_store_memory(l->set.store) + lockstep_lore_memory(l);
    out->of[UC_MEMORY_REMEMBERED] += uc_memo_memory(l->memo) + uc_memo_memory(l->outcomes) + lockstep_absorbed_memory(l) +
                                     l->effects.memory + __atomic_load_n(&l->listed, __ATOMIC_RELAXED) +
                                     uc_chunks_memory(&l->moves, sizeof(Known));
}

static size_t memory(void *data)
{
    UcMemoryParts p = { 0 };
    parts(data, &p);
    return p.of[UC_MEMORY_REGIONS] + p.of[UC_MEMORY_REMEMBERED];
}

UcModel uc_lockstep_model(UcLockstep *l)
{
    return (UcModel){ .data = l, .root = root, .worker_new = worker_new, .worker_free = worker_free, .expand = expand,
                      .step = step, .changes = changes, .commute = lockstep_commute, .contents = lockstep_contents,
                      .depth = depth, .order = order, .name = lockstep_name, .full = full, .actor = actor, .actors = l->set.chooser.actors, .broken = broken, .memory = memory,
                      .parts = parts,
                      .moves = lockstep_moves_now, .save_move = lockstep_save_move, .load_move = lockstep_load_move,
                      .saver_new = lockstep_saver_new, .saver_free = lockstep_saver_free, .save_row = lockstep_save_row,
                      .load_row = lockstep_load_row, .level_over = lockstep_level_over, .made = made, .makers = makers };
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
        l->faults |= (uint32_t)l->set.chooser.fault[i] << i;
        for (uint32_t value = 0; value < COUNTED; value++)
            l->counted[i][value] = lockstep_make_counter_digest(i, value);
    }
    l->pool = uc_pool_new();
    l->memo = uc_memo_new();
    l->outcomes = uc_memo_new();
    static const Masks nowhere;
    static const Effect idle = { .masks = &nowhere };
    l->idle = &idle;
    g_mutex_init(&l->lock);
    l->columns = COUNTER_0 + l->set.chooser.counters;
    l->version = 1;
    for (unsigned i = 0; i < setup->worlds; i++)
        l->column_of[i] = g_new0(uint32_t, SLOTS_MAX);
    l->move_of = g_hash_table_new(lockstep_move_hash, lockstep_move_equal);
    l->groups = g_hash_table_new_full(lockstep_group_hash, lockstep_group_equal, lockstep_group_free, NULL);
    l->masks = g_hash_table_new_full(lockstep_masks_hash, lockstep_masks_equal, g_free, NULL);
    l->mixes = g_hash_table_new_full(lockstep_mix_hash, lockstep_mix_equal, g_free, NULL);
    l->findings = g_ptr_array_new_with_free_func(free_finding);
    l->reasons = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    l->root = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    lockstep_lore_init(l);
    l->makers = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    make_root(l);
    lockstep_count_slots(l);
    l->set.prefix = NULL;
    return l;
}

void uc_lockstep_free(UcLockstep *l)
{
    if (!l)
        return;
    uc_memo_free(l->memo);
    uc_memo_free(l->outcomes);
    uc_arena_free(&l->effects);
    uc_pool_free(l->pool);
    lockstep_list_free(l, l->list_of_none);
    lockstep_lore_free(l);
    g_hash_table_unref(l->groups);
    g_hash_table_unref(l->mixes);
    g_hash_table_unref(l->masks);
    g_hash_table_unref(l->move_of);
    uc_chunks_free(&l->moves);
    for (unsigned i = 0; i < 2; i++)
        g_free(l->column_of[i]);
    g_array_unref(l->root);
    g_ptr_array_unref(l->makers);
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
                                .regions = uc_pool_count(l->pool) + l->lore.count - 1, .moves = uc_chunks_count(&l->moves), .columns = l->columns,
                                .effects = uc_memo_effects(l->memo), .memory = memory((void *)l) };
}
