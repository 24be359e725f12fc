#include "tests/environments/reference_search.h"

#include <string.h>

#include "functionality/dkm/interface.h"

typedef struct {
    UcState state[2];
    UcRegion *knowledge;
    uint32_t count[UC_COUNTERS_MAX];
    unsigned depth;
    uint64_t rank;       /* RANK_BITS a party: when it was first involved, from 1; 0: not yet */
} Node;
enum { RANK_BITS = 4, RANK = (1 << RANK_BITS) - 1 };

typedef struct {
    const UcLockstepSetup *set;
    UcLock lock;
    uint32_t budget;
    GPtrArray *queue;    /* Node */
    GHashTable *seen;    /* UcDigest */
    Reference out;
    bool misnamed;           /* a move says that it involves others than it does */
    unsigned first, parties; /* that are alike; none: ranks are not looked at */
} Search;

static guint digest_hash(gconstpointer p) { return (guint)((const UcDigest *)p)->lo; }
static gboolean digest_equal(gconstpointer a, gconstpointer b) { return !memcmp(a, b, sizeof(UcDigest)); }

static void free_node(gpointer p)
{
    Node *n = p;
    uc_state_clear(&n->state[0]);
    uc_state_clear(&n->state[1]);
    uc_region_unref(n->knowledge);
    g_free(n);
}

static UcDigest digest_of(const Search *s, const UcRegion *knowledge, const uint32_t *count, uint64_t rank)
{
    UcDigest flat[4 + UC_COUNTERS_MAX] = { { 0, 0 } };
    flat[3 + UC_COUNTERS_MAX].lo = rank;
    for (unsigned i = 0; i < s->set->worlds; i++)
        flat[i] = uc_world_digest(s->lock.world[i]);
    flat[2] = uc_region_digest(knowledge, &s->set->chooser.knowledge, s->set->store);
    for (unsigned i = 0; i < s->set->chooser.counters; i++)
        flat[3 + i].lo = count[i];
    return uc_digest(flat, sizeof flat);
}

/* Enters the state that the worlds are in. */
static void enter(Search *s, UcRegion *knowledge, const uint32_t *count, unsigned depth, uint64_t rank)
{
    UcDigest d = digest_of(s, knowledge, count, rank);
    if (!g_hash_table_add(s->seen, g_memdup2(&d, sizeof d)))
        return;
    Node *n = g_new0(Node, 1);
    for (unsigned i = 0; i < s->set->worlds; i++)
        uc_state_copy(&n->state[i], uc_world_state(s->lock.world[i]));
    n->knowledge = uc_region_ref(knowledge);
    memcpy(n->count, count, sizeof n->count);
    n->depth = depth;
    n->rank = rank;
    g_ptr_array_add(s->queue, n);
    s->out.states++;
}

static bool possible(const Search *s, const Node *n, uint8_t counter)
{
    const UcChooser *z = &s->set->chooser;
    uint32_t faults = 0;
    for (unsigned i = 0; i < z->counters; i++)
        faults += z->fault[i] ? n->count[i] : 0;
    return counter == UC_NO_COUNTER ||
           (n->count[counter] < z->limit[counter] && (!z->fault[counter] || faults < s->budget));
}

static unsigned rank_of(uint64_t ranks, unsigned party) { return ranks >> party * RANK_BITS & RANK; }

/* Is this party the one that acts, or an argument? A changed payload may name any. */
static bool names(const Search *s, const UcChoice *move, unsigned party)
{
    const UcWord *w = move->write.message.w;
    switch (move->write.message.kind) {
    case DKM_REQUEST:
    case DKM_TRANSFER:
        if (w[2] == party)
            return true;
        break;
    case DKM_RESEND:
        if (w[0] == party)
            return true;
        break;
    default:
        break;
    }
    const char *kind = s->set->chooser.name(s->set->chooser.data, move);
    return !strcmp(kind, "mutate") || move->write.to == uc_party(party) || move->write.peer == uc_party(party);
}

/* The ranks after a move: those that it is the first to involve come after all others. */
static uint64_t ranks_after(const Search *s, uint64_t ranks, const UcChoice *move)
{
    unsigned last = 0;
    uint64_t after = ranks;
    for (unsigned p = s->first; p < s->parties; p++)
        last = MAX(last, rank_of(ranks, p));
    for (unsigned p = s->first; p < s->parties; p++) {
        if (!rank_of(ranks, p) && names(s, move, p))
            after |= (uint64_t)(last + 1) << p * RANK_BITS;
    }
    return after;
}

/* False: it found something. */
static bool make(Search *s, const Node *n, const UcChoice *move)
{
    const UcChooser *z = &s->set->chooser;
    UcDigest before[2], after[2];
    size_t entries;
    bool changed = false;
    for (unsigned i = 0; i < s->set->worlds; i++) {
        uc_state_copy(uc_world_state(s->lock.world[i]), &n->state[i]);
        before[i] = uc_world_digest(s->lock.world[i]);
    }
    uc_lock_rewind(&s->lock);
    UcComparison c = uc_lock_turn(&s->lock, &move->write);
    for (unsigned i = 0; i < s->set->worlds; i++) {
        after[i] = uc_world_digest(s->lock.world[i]);
        changed = changed || memcmp(&before[i], &after[i], sizeof after[i]);
    }
    s->out.verdict = c.verdict;
    s->out.depth = n->depth + 1;
    if (c.verdict != UC_INDISTINGUISHABLE)
        return false;
    const UcViewEntry *entry = uc_world_view(s->lock.world[0], &entries);
    UcRegion *lesson = z->lesson(z->data, move, entry, entries, changed);
    UcRegion *knowledge = lesson ? z->absorb(z->data, n->knowledge, lesson) : NULL;
    uc_region_unref(lesson);
    if (!changed && !knowledge) {
        s->out.idle++;
        return true;
    }
    uint32_t count[UC_COUNTERS_MAX];
    memcpy(count, n->count, sizeof count);
    if (move->counter != UC_NO_COUNTER)
        count[move->counter]++;
    s->out.edges++;
    enter(s, knowledge ? knowledge : n->knowledge, count, n->depth + 1, ranks_after(s, n->rank, move));
    uc_region_unref(knowledge);
    return true;
}

static bool follow_all(Search *s, const Node *n)
{
    g_autoptr(GArray) moves = g_array_new(FALSE, FALSE, sizeof(UcChoice));
    s->set->chooser.moves(s->set->chooser.data, n->knowledge, moves);
    for (guint i = 0; i < moves->len; i++) {
        const UcChoice *move = &g_array_index(moves, UcChoice, i);
        for (unsigned p = s->first; p < s->parties; p++)
            s->misnamed = s->misnamed || names(s, move, p) != (move->names >> p & 1);
        if (possible(s, n, move->counter) && !make(s, n, move))
            return false;
    }
    return true;
}

static void search(Search *s)
{
    uint32_t none[UC_COUNTERS_MAX] = { 0 };
    s->queue = g_ptr_array_new_with_free_func(free_node);
    s->seen = g_hash_table_new_full(digest_hash, digest_equal, g_free, NULL);
    s->lock.worlds = s->set->worlds;
    for (unsigned i = 0; i < s->set->worlds; i++)
        s->lock.world[i] = s->set->start(s->set->data, i);
    enter(s, NULL, none, 0, 0);
    for (guint next = 0; next < s->queue->len && follow_all(s, s->queue->pdata[next]); next++)
        ;
}

static void finish(Search *s)
{
    for (unsigned i = 0; i < s->set->worlds; i++)
        uc_world_free(s->lock.world[i]);
    g_ptr_array_unref(s->queue);
    g_hash_table_unref(s->seen);
}

Reference reference_search(const UcLockstepSetup *setup, uint32_t fault_budget)
{
    Search s = { .set = setup, .budget = fault_budget };
    search(&s);
    finish(&s);
    return s.out;
}

/* ---- orbits ---- */

/* The same order with the names exchanged so that it is that of the numbers. */
static uint64_t renamed(const Search *s, uint64_t ranks)
{
    uint64_t out = 0;
    unsigned p = s->first;
    for (unsigned rank = 1; rank <= RANK; rank++) {
        for (unsigned q = s->first; q < s->parties; q++) {
            if (rank_of(ranks, q) == rank)
                out |= (uint64_t)rank << p++ * RANK_BITS;
        }
    }
    return out;
}

static uint64_t *count_of(GHashTable *counts, uint64_t ranks)
{
    uint64_t *n = g_hash_table_lookup(counts, &ranks);
    if (!n) {
        n = g_new0(uint64_t, 1);
        g_hash_table_insert(counts, g_memdup2(&ranks, sizeof ranks), n);
    }
    return n;
}

/* A state, told apart by who is involved but not by the order. */
static UcDigest without_order(Search *s, const Node *n)
{
    uint64_t who = 0;
    for (unsigned p = s->first; p < s->parties; p++)
        who |= (uint64_t)(rank_of(n->rank, p) > 0) << p;
    for (unsigned i = 0; i < s->set->worlds; i++)
        uc_state_copy(uc_world_state(s->lock.world[i]), &n->state[i]);
    return digest_of(s, n->knowledge, n->count, who);
}

Orbits reference_orbits(const UcLockstepSetup *setup, uint32_t fault_budget, unsigned first, unsigned parties)
{
    Search s = { .set = setup, .budget = fault_budget, .first = first, .parties = parties };
    search(&s);
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    g_autoptr(GHashTable) kept = g_hash_table_new_full(digest_hash, digest_equal, g_free, NULL);
    Orbits out = { .even = true, .named = !s.misnamed, .verdict = s.out.verdict };
    for (guint i = 0; i < s.queue->len; i++) {
        const Node *n = s.queue->pdata[i];
        (*count_of(counts, n->rank))++;
        UcDigest d = without_order(&s, n);
        if (renamed(&s, n->rank) == n->rank)
            g_hash_table_add(kept, g_memdup2(&d, sizeof d));
    }
    GHashTableIter iter;
    gpointer ranks, n;
    g_hash_table_iter_init(&iter, counts);
    while (g_hash_table_iter_next(&iter, &ranks, &n)) {
        const uint64_t *same = g_hash_table_lookup(counts, &(uint64_t){ renamed(&s, *(uint64_t *)ranks) });
        out.even = out.even && same && *same == *(uint64_t *)n;
    }
    out.states = g_hash_table_size(kept);
    out.orders = g_hash_table_size(counts);
    finish(&s);
    return out;
}
