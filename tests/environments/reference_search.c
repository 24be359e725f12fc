#include "tests/environments/reference_search.h"

#include <string.h>

typedef struct {
    UcState state[2];
    UcRegion *knowledge;
    uint32_t count[UC_COUNTERS_MAX];
    unsigned depth;
} Node;

typedef struct {
    const UcLockstepSetup *set;
    UcWorld *world[2];
    uint32_t budget;
    GPtrArray *queue;    /* Node */
    GHashTable *seen;    /* UcDigest */
    Reference out;
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

static UcDigest digest_of(const Search *s, const UcRegion *knowledge, const uint32_t *count)
{
    UcDigest flat[3 + UC_COUNTERS_MAX] = { { 0, 0 } };
    for (unsigned i = 0; i < s->set->worlds; i++)
        flat[i] = uc_world_digest(s->world[i]);
    flat[2] = uc_region_digest(knowledge, &s->set->chooser.knowledge, s->set->store);
    for (unsigned i = 0; i < s->set->chooser.counters; i++)
        flat[3 + i].lo = count[i];
    return uc_digest(flat, sizeof flat);
}

/* Enters the state that the worlds are in. */
static void enter(Search *s, UcRegion *knowledge, const uint32_t *count, unsigned depth)
{
    UcDigest d = digest_of(s, knowledge, count);
    if (!g_hash_table_add(s->seen, g_memdup2(&d, sizeof d)))
        return;
    Node *n = g_new0(Node, 1);
    for (unsigned i = 0; i < s->set->worlds; i++)
        uc_state_copy(&n->state[i], uc_world_state(s->world[i]));
    n->knowledge = uc_region_ref(knowledge);
    memcpy(n->count, count, sizeof n->count);
    n->depth = depth;
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

/* False: it found something. */
static bool make(Search *s, const Node *n, const UcChoice *move)
{
    const UcChooser *z = &s->set->chooser;
    UcStop stop[2];
    UcDigest before[2], after[2];
    size_t entries;
    bool changed = false;
    for (unsigned i = 0; i < s->set->worlds; i++) {
        uc_state_copy(uc_world_state(s->world[i]), &n->state[i]);
        before[i] = uc_world_digest(s->world[i]);
        uc_world_rewind(s->world[i]);
        stop[i] = uc_world_turn(s->world[i], &move->write);
        after[i] = uc_world_digest(s->world[i]);
        changed = changed || memcmp(&before[i], &after[i], sizeof after[i]);
    }
    unsigned other = s->set->worlds - 1;
    UcComparison c = uc_compare(s->world[0], stop[0], s->world[other], stop[other], 0);
    s->out.verdict = c.verdict;
    s->out.depth = n->depth + 1;
    if (c.verdict != UC_INDISTINGUISHABLE)
        return false;
    const UcViewEntry *entry = uc_world_view(s->world[0], &entries);
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
    if (move->counter2 != UC_NO_COUNTER)
        count[move->counter2]++;
    s->out.edges++;
    enter(s, knowledge ? knowledge : n->knowledge, count, n->depth + 1);
    uc_region_unref(knowledge);
    return true;
}

static bool follow_all(Search *s, const Node *n)
{
    g_autoptr(GArray) moves = g_array_new(FALSE, FALSE, sizeof(UcChoice));
    s->set->chooser.moves(s->set->chooser.data, n->knowledge, moves);
    for (guint i = 0; i < moves->len; i++) {
        const UcChoice *move = &g_array_index(moves, UcChoice, i);
        if (possible(s, n, move->counter) && possible(s, n, move->counter2) && !make(s, n, move))
            return false;
    }
    return true;
}

Reference reference_search(const UcLockstepSetup *setup, uint32_t fault_budget)
{
    Search s = { .set = setup, .budget = fault_budget, .queue = g_ptr_array_new_with_free_func(free_node),
                 .seen = g_hash_table_new_full(digest_hash, digest_equal, g_free, NULL) };
    uint32_t none[UC_COUNTERS_MAX] = { 0 };
    for (unsigned i = 0; i < setup->worlds; i++)
        s.world[i] = setup->start(setup->data, i);
    enter(&s, NULL, none, 0);
    for (guint next = 0; next < s.queue->len && follow_all(&s, s.queue->pdata[next]); next++)
        ;
    for (unsigned i = 0; i < setup->worlds; i++)
        uc_world_free(s.world[i]);
    g_ptr_array_unref(s.queue);
    g_hash_table_unref(s.seen);
    return s.out;
}
