/* The explorer core on a native toy, beside SPIN on the same model. */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/explore/big.h"
#include "simulator/explore/memo.h"
#include "simulator/explore/search_internal.h"
#include "simulator/explore/shrink.h"
#include "tests/simulator/transfer_toy.h"
#include "tests/support/suite.h"

#define MODEL "../shared/bench/transfer_model.pml"

static UcSearchResult *search(unsigned k, ToyBug bug, UcSearchOptions options)
{
    Toy toy = { .k = k, .canonical = true, .bug = bug, .before = bug == TOY_SOUND };
    UcModel model = toy_model(&toy);
    return uc_search(&model, &options);
}

/* SPIN counts stored and matched states, so the first state is a transition to it. */
static uint64_t spin_transitions(const UcSearchResult *r) { return r->figures.edges + 1; }

/* docs/exploration.md: what SPIN stores, with the messages in flight kept sorted. */
static const struct {
    unsigned k;
    uint64_t states, transitions;
} known[] = { { 4, 106358, 443620 }, { 6, 675495, 3065989 } };

START_TEST(counts_are_known)
{
    UcStrategy both[] = { UC_BFS, UC_DFS };
    for (int i = 0; i < 2; i++) {
        g_autoptr(UcSearchResult) r = search(known[0].k, TOY_SOUND, (UcSearchOptions){ .strategy = both[i] });
        ck_assert_int_eq(r->end, UC_SEARCH_COMPLETE);
        ck_assert_uint_eq(r->figures.states, known[0].states);
        ck_assert_uint_eq(spin_transitions(r), known[0].transitions);
        ck_assert_msg((double)r->figures.visited_memory / (double)r->figures.states <= 64, "more than 64 bytes a state");
    }
}
END_TEST

/* The number that stands before a text in SPIN's output. */
static uint64_t number_before(const char *output, const char *text)
{
    const char *at = strstr(output, text);
    ck_assert_msg(at != NULL, "SPIN does not say '%s'", text);
    while (at > output && at[-1] != '\n')
        at--;
    return g_ascii_strtoull(at, NULL, 10);
}

static bool run_in(const char *folder, const char *const *argv, char **output)
{
    int status = 0;
    return g_spawn_sync(folder, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, output, NULL, &status, NULL) &&
           g_spawn_check_wait_status(status, NULL);
}

START_TEST(counts_are_those_of_spin)
{
    g_autofree char *spin = g_find_program_in_path("spin"), *here = g_get_current_dir();
    g_autofree char *model = g_build_filename(here, MODEL, NULL), *folder = g_dir_make_tmp("ucsim-spin-XXXXXX", NULL);
    g_autofree char *none = NULL, *output = NULL;
    if (!spin || !g_file_test(model, G_FILE_TEST_EXISTS)) {
        printf("not compared with SPIN: %s\n", spin ? MODEL " is not here" : "it is not installed");
        return;
    }
    const char *generate[] = { "spin", "-a", "-DK=4", "-DCANON", model, NULL };
    const char *compile[] = { "cc", "-DSAFETY", "-O1", "-w", "-o", "pan", "pan.c", NULL };
    const char *run[] = { "./pan", "-w22", NULL };
    ck_assert(run_in(folder, generate, &none));
    g_free(g_steal_pointer(&none));
    ck_assert(run_in(folder, compile, &none) && run_in(folder, run, &output));
    g_autoptr(UcSearchResult) r = search(4, TOY_SOUND, (UcSearchOptions){ .strategy = UC_BFS });
    ck_assert_uint_eq(r->figures.states, number_before(output, "states, stored"));
    ck_assert_uint_eq(spin_transitions(r), number_before(output, "transitions (="));
    const char *clean[] = { "rm", "-rf", folder, NULL };
    g_free(g_steal_pointer(&none));
    ck_assert(run_in(NULL, clean, &none));
}
END_TEST

/* docs/exploration.md: replay accepted: 5 moves; only the last message remembered: 7 moves. */
START_TEST(bugs_are_found_by_shortest_ways)
{
    g_autoptr(UcSearchResult) forgets = search(4, TOY_FORGETS, (UcSearchOptions){ .strategy = UC_BFS });
    g_autoptr(UcSearchResult) last = search(4, TOY_REMEMBERS_LAST, (UcSearchOptions){ .strategy = UC_BFS });
    ck_assert_int_eq(forgets->end, UC_SEARCH_FOUND);
    ck_assert_int_eq(last->end, UC_SEARCH_FOUND);
    ck_assert_uint_eq(forgets->path->len, 5);
    ck_assert_uint_eq(last->path->len, 7);
}
END_TEST

START_TEST(walks_find_bugs_too)
{
    UcSearchOptions o = { .strategy = UC_RANDOM, .walks = 20000, .seed = 1 };
    g_autoptr(UcSearchResult) random = search(4, TOY_FORGETS, o), again = search(4, TOY_FORGETS, o);
    o.seed = 2;
    g_autoptr(UcSearchResult) other = search(4, TOY_FORGETS, o);
    o = (UcSearchOptions){ .strategy = UC_PCT, .walks = 20000, .seed = 1, .change_points = 3 };
    g_autoptr(UcSearchResult) pct = search(4, TOY_FORGETS, o), sound = search(4, TOY_SOUND, o);
    ck_assert_int_eq(random->end, UC_SEARCH_FOUND);
    ck_assert_int_eq(pct->end, UC_SEARCH_FOUND);
    ck_assert_int_eq(sound->end, UC_SEARCH_COMPLETE);
    ck_assert_uint_eq(sound->figures.walks, 20000);
    ck_assert_uint_eq(random->walk, again->walk);
    ck_assert_uint_eq(random->path->len, again->path->len);
    ck_assert(random->walk != other->walk || random->path->len != other->path->len);
}
END_TEST

/* With few bits of the hash, states are taken for others and lost, and the printed probability says so. */
START_TEST(collisions_lose_states_and_are_announced)
{
    g_autoptr(UcSearchResult) full = search(4, TOY_SOUND, (UcSearchOptions){ .strategy = UC_BFS });
    g_autoptr(UcSearchResult) few = search(4, TOY_SOUND, (UcSearchOptions){ .strategy = UC_BFS, .hash_bits = 24 });
    g_autoptr(UcSearchResult) again = search(4, TOY_SOUND, (UcSearchOptions){ .strategy = UC_BFS, .hash_bits = 24 });
    ck_assert_uint_lt(few->figures.states, full->figures.states);
    ck_assert_uint_eq(few->figures.states, again->figures.states);
    ck_assert(few->figures.omission > 0.99);
    ck_assert(full->figures.omission < 1e-27);
    ck_assert(full->figures.omission > 1e-30);
}
END_TEST

START_TEST(limits_stop_and_say_so)
{
    g_autoptr(UcSearchResult) memory = search(4, TOY_SOUND, (UcSearchOptions){ .strategy = UC_BFS, .memory = 4 << 20 });
    ck_assert_int_eq(memory->end, UC_SEARCH_MEMORY);
    ck_assert_uint_gt(memory->figures.states, 1000);
    ck_assert_uint_lt(memory->figures.states, known[0].states);
    for (int i = 0; i < 2; i++) {
        UcStrategy s = i ? UC_DFS : UC_BFS;
        g_autoptr(UcSearchResult) depth = search(4, TOY_SOUND, (UcSearchOptions){ .strategy = s, .depth = 3 });
        ck_assert_int_eq(depth->end, UC_SEARCH_DEPTH);
        ck_assert_uint_eq(depth->figures.depth, 3);
        g_autoptr(UcSearchResult) enough = search(1, TOY_SOUND, (UcSearchOptions){ .strategy = s, .depth = 100 });
        ck_assert_int_eq(enough->end, UC_SEARCH_COMPLETE);
    }
    volatile sig_atomic_t stop = 1;
    g_autoptr(UcSearchResult) interrupted = search(4, TOY_SOUND, (UcSearchOptions){ .strategy = UC_BFS,
                                                                                     .interrupt = &stop });
    ck_assert_int_eq(interrupted->end, UC_SEARCH_INTERRUPTED);
}
END_TEST

/* The toy, but what a state takes while its moves are tried is given back when it was told to stop. */
static bool greedy_expand(void *worker, const uint32_t *row, const uint32_t *skip, uint32_t skips, UcEdges *out)
{
    enum { BYTES = 64 << 20 };
    Toy toy = { .k = 1, .canonical = true };
    uint8_t *memory = uc_big_new(BYTES);
    memset(memory, 1, BYTES);
    out->stopped = out->stop(out->stop_data);
    uc_big_free(memory, BYTES);
    return out->stopped || toy_model(&toy).expand(worker, row, skip, skips, out);
}

/* Memory comes back, also by itself where the machine swaps: a search that left moves out has stopped all the same. */
START_TEST(a_limit_once_reached_holds)
{
    Toy toy = { .k = 1, .canonical = true };
    UcModel model = toy_model(&toy);
    model.expand = greedy_expand;
    UcSearchOptions o = { .strategy = (UcStrategy)_i, .memory = 32 << 20, .walks = 1000, .seed = 1, .change_points = 3 };
    g_autoptr(UcSearchResult) r = uc_search(&model, &o);
    ck_assert_int_eq(r->end, UC_SEARCH_MEMORY);
}
END_TEST

/* A state of a plain search, with the least path hash of all ways to it. */
typedef struct {
    UcDigest hash;
    uint64_t path;
    uint32_t row[32];
} Plain;

static guint plain_hash(gconstpointer p) { return (guint)((const Plain *)p)->hash.lo; }
static gboolean plain_equal(gconstpointer a, gconstpointer b) { return !memcmp(a, b, sizeof(UcDigest)); }

/* One level of a plain search: what it leads to that is not in `seen`. */
static GHashTable *plain_level(const UcModel *m, GHashTable *level, GHashTable *seen, uint32_t depth)
{
    GHashTable *next = g_hash_table_new_full(plain_hash, plain_equal, NULL, g_free);
    GHashTableIter iter;
    Plain *p, *held;
    UcEdges out = { 0 };
    g_hash_table_iter_init(&iter, level);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&p)) {
        out.count = 0;
        m->expand(m->data, p->row, NULL, 0, &out);
        for (uint32_t i = 0; i < out.count; i++) {
            const UcEdge *e = &out.edge[i];
            UcChange change[32];
            Plain child = *p;
            child.hash = e->hash;
            child.path += uc_path_part(m->contents(m->data, e->move), depth);
            if (g_hash_table_contains(seen, &child))
                continue;
            for (uint32_t n = m->changes(m->data, p->row, e, change); n-- > 0;)
                child.row[change[n].at] = change[n].value;
            if ((held = g_hash_table_lookup(next, &child)))
                held->path = MIN(held->path, child.path);
            else
                g_hash_table_add(next, g_memdup2(&child, sizeof child));
        }
    }
    g_free(out.edge);
    return next;
}

/* The states at this depth, with the least path hash of each, by a plain search that knows no windows. */
static GHashTable *plain_states(const UcModel *m, uint32_t depth)
{
    Plain root = { 0 }, *p;
    GHashTableIter iter;
    root.hash = m->root(m->data, root.row);
    GHashTable *seen = g_hash_table_new_full(plain_hash, plain_equal, NULL, g_free);
    GHashTable *level = g_hash_table_new_full(plain_hash, plain_equal, NULL, g_free);
    g_hash_table_add(level, g_memdup2(&root, sizeof root));
    for (uint32_t d = 0; d < depth; d++) {
        g_hash_table_iter_init(&iter, level);
        while (g_hash_table_iter_next(&iter, (gpointer *)&p, NULL))
            g_hash_table_add(seen, g_memdup2(p, sizeof root));
        GHashTable *next = plain_level(m, level, seen, d);
        g_hash_table_unref(level);
        level = next;
    }
    g_hash_table_unref(seen);
    return level;
}

static UcDigest target, other_target; /* findings 1 and 2 */

static bool leads_to(const UcEdge *e, UcDigest state) { return e->hash.lo == state.lo && e->hash.hi == state.hi; }

static bool expand_to_target(void *worker, const uint32_t *row, const uint32_t *skip, uint32_t skips, UcEdges *out)
{
    Toy toy = { .k = 4, .canonical = true };
    uint32_t from = out->count;
    bool ok = toy_model(&toy).expand(worker, row, skip, skips, out);
    for (uint32_t i = from; i < out->count; i++)
        out->edge[i].finding = leads_to(&out->edge[i], target) ? 1 : leads_to(&out->edge[i], other_target) ? 2 : 0;
    return ok;
}

static int first_first(void *data, uint32_t finding, uint32_t other) { (void)data; return (int)finding - (int)other; }
static int last_first(void *data, uint32_t finding, uint32_t other) { (void)data; return (int)other - (int)finding; }

/* Of all shortest ways to a state that with the least path hash is told, though levels are worked out in windows: a plain
 * search that knows none says which it is, for some states of a level that is reached from several windows. */
START_TEST(the_least_of_all_ways_is_told)
{
    enum { DEPTH = 8, TARGETS = 6 };
    Toy toy = { .k = 4, .canonical = true };
    UcModel m = toy_model(&toy);
    Plain *p;
    unsigned compared = 0;
    GHashTableIter iter;
    GHashTable *level = plain_states(&m, DEPTH);
    g_hash_table_iter_init(&iter, level);
    m.expand = expand_to_target;
    while (compared < TARGETS && g_hash_table_iter_next(&iter, (gpointer *)&p, NULL)) {
        uint64_t told = 0;
        target = p->hash;
        g_autoptr(UcSearchResult) r = uc_search(&m, &(UcSearchOptions){ .strategy = UC_BFS, .jobs = 1 + compared++ % 2 });
        ck_assert_uint_eq(r->path->len, DEPTH);
        for (uint32_t i = 0; i < DEPTH; i++)
            told += uc_path_part(m.contents(m.data, g_array_index(r->path, uint32_t, i)), i);
        ck_assert_uint_eq(told, p->path);
    }
    ck_assert_uint_eq(compared, TARGETS);
    g_hash_table_unref(level);
}
END_TEST

/* Of two findings of a level the model says which is told, whatever the ways to them are; where it says nothing the lesser way. */
START_TEST(what_was_found_goes_before_the_way)
{
    enum { DEPTH = 8, PAIRS = 4 };
    Toy toy = { .k = 4, .canonical = true };
    UcModel m = toy_model(&toy);
    Plain *p, *q;
    GHashTableIter iter;
    GHashTable *level = plain_states(&m, DEPTH);
    g_hash_table_iter_init(&iter, level);
    m.expand = expand_to_target;
    for (unsigned i = 0; i < PAIRS; i++) {
        ck_assert(g_hash_table_iter_next(&iter, (gpointer *)&p, NULL) && g_hash_table_iter_next(&iter, (gpointer *)&q, NULL));
        target = p->hash;
        other_target = q->hash;
        int (*const order[])(void *, uint32_t, uint32_t) = { first_first, last_first, NULL };
        const uint32_t told[] = { 1, 2, p->path < q->path ? 1 : 2 };
        for (unsigned o = 0; o < G_N_ELEMENTS(told); o++) {
            m.order = order[o];
            g_autoptr(UcSearchResult) r = uc_search(&m, &(UcSearchOptions){ .strategy = UC_BFS, .jobs = 1 + i % 2 });
            ck_assert_uint_eq(r->path->len, DEPTH);
            ck_assert_uint_eq(r->finding, told[o]);
        }
    }
    other_target = (UcDigest){ 0, 0 };
    g_hash_table_unref(level);
}
END_TEST

/* The toy says that it is graded, and every edge that it uses up one unit: the rows do not agree. */
static bool graded_expand(void *worker, const uint32_t *row, const uint32_t *skip, uint32_t skips, UcEdges *out)
{
    Toy toy = { .k = 4, .canonical = true };
    uint32_t from = out->count;
    bool ok = toy_model(&toy).expand(worker, row, skip, skips, out);
    for (uint32_t i = from; i < out->count; i++)
        out->edge[i].units = 1;
    return ok;
}

static uint32_t never_deep(void *worker, const uint32_t *row) { return 0; }
static char *name_of_move(void *data, uint32_t move) { return g_strdup_printf("move %u", move); }

START_TEST(depth_is_a_function_of_the_state)
{
    Toy toy = { .k = 4, .canonical = true };
    UcModel model = toy_model(&toy);
    model.expand = graded_expand;
    model.depth = never_deep;
    model.name = name_of_move;
    UcSearchOptions o = { .strategy = (UcStrategy)_i, .walks = 10, .seed = 1, .change_points = 3 };
    g_autoptr(UcSearchResult) r = uc_search(&model, &o);
    ck_assert_int_eq(r->end, UC_SEARCH_BROKEN);
    ck_assert_msg(strstr(r->broken, "'move ") && strstr(r->broken, "one unit"), "%s", r->broken);
}
END_TEST

/* A ring of states: the row counts on, and so says another depth each time round, but its hash does not. No edge and no depth
 * tells that the law of grading is broken. */
enum { RING = 3000 };

static UcDigest ring_hash(uint32_t at) { return uc_digest(&at, sizeof at); }

static UcDigest ring_root(void *data, uint32_t *row) { return ring_hash(0); }

static bool ring_expand(void *worker, const uint32_t *row, const uint32_t *skip, uint32_t skips, UcEdges *out)
{
    for (uint32_t step = 1; step <= 2; step++)
        *uc_edges_add(out) = (UcEdge){ .hash = ring_hash((row[0] * 2 + step) % RING), .move = step, .units = 1 };
    return true;
}

static uint32_t ring_changes(void *worker, const uint32_t *row, const UcEdge *edge, UcChange *out)
{
    out[0] = (UcChange){ 0, (row[0] * 2 + edge->move) % RING };
    out[1] = (UcChange){ 1, row[1] + 1 };
    return 2;
}

static uint64_t ring_contents(void *data, uint32_t move) { return move; }
static uint32_t ring_depth(void *worker, const uint32_t *row) { return row[1]; }

START_TEST(states_that_come_again_are_told)
{
    Toy toy = { .k = 4 };
    UcModel model = toy_model(&toy);
    model.root = ring_root;
    model.expand = ring_expand;
    model.changes = ring_changes;
    model.contents = ring_contents;
    model.depth = ring_depth;
    model.name = name_of_move;
    g_autoptr(UcSearchResult) r = uc_search(&model, &(UcSearchOptions){ .strategy = UC_BFS, .states = 20 * RING });
    ck_assert_int_eq(r->end, UC_SEARCH_BROKEN);
    ck_assert_msg(strstr(r->broken, "one unit"), "%s", r->broken);
    model.depth = NULL; /* a model that does not say that it is graded keeps all hashes */
    g_autoptr(UcSearchResult) all = uc_search(&model, &(UcSearchOptions){ .strategy = UC_BFS, .states = 20 * RING });
    ck_assert_int_eq(all->end, UC_SEARCH_COMPLETE);
    ck_assert_uint_eq(all->figures.states, RING);
}
END_TEST

/* States are numbered up to a limit, and a model may have tables that fill up. */
static bool is_full(void *data) { return true; }

START_TEST(numbers_and_tables_have_an_end)
{
    UcStrategy both[] = { UC_BFS, UC_DFS };
    for (int i = 0; i < 2; i++) {
        g_autoptr(UcSearchResult) r = search(4, TOY_SOUND, (UcSearchOptions){ .strategy = both[i], .states = 50000 });
        ck_assert_int_eq(r->end, UC_SEARCH_STATES);
        ck_assert_uint_gt(r->figures.states, 50000);
        ck_assert_uint_lt(r->figures.states, known[0].states);
    }
    Toy toy = { .k = 4, .canonical = true };
    UcModel model = toy_model(&toy);
    model.full = is_full;
    for (UcStrategy s = UC_BFS; s < UC_STRATEGIES; s = (UcStrategy)(s + 1)) {
        g_autoptr(UcSearchResult) r = uc_search(&model, &(UcSearchOptions){ .strategy = s, .walks = 100, .seed = 1 });
        ck_assert_int_eq(r->end, UC_SEARCH_FULL);
    }
}
END_TEST

/* The toy, told to stop in one state only: nothing else says later that moves were left out there. */
static unsigned states_until_stop;
static volatile sig_atomic_t told_to_stop;

static bool expand_but_one(void *worker, const uint32_t *row, const uint32_t *skip, uint32_t skips, UcEdges *out)
{
    Toy toy = { .k = 1, .canonical = true };
    told_to_stop = states_until_stop-- == 0;
    out->stopped = told_to_stop && out->stop(out->stop_data);
    told_to_stop = 0;
    return out->stopped || toy_model(&toy).expand(worker, row, skip, skips, out);
}

/* Whichever state it is, also one of the last, after which nobody looks at limits: a search that left moves out is not complete. */
START_TEST(a_stop_in_any_state_is_no_end)
{
    Toy toy = { .k = 1, .canonical = true };
    UcModel model = toy_model(&toy);
    UcSearchOptions o = { .strategy = (UcStrategy)_i, .walks = 20, .seed = 1, .change_points = 3, .interrupt = &told_to_stop };
    model.expand = expand_but_one;
    states_until_stop = UINT_MAX;
    g_autoptr(UcSearchResult) whole = uc_search(&model, &o);
    unsigned all = UINT_MAX - states_until_stop;
    ck_assert_int_eq(whole->end, UC_SEARCH_COMPLETE);
    ck_assert_uint_gt(all, 10);
    const unsigned at[] = { 0, 1, 2, all / 2, all - 4, all - 3, all - 2, all - 1 };
    for (size_t i = 0; i < G_N_ELEMENTS(at); i++) {
        states_until_stop = at[i];
        g_autoptr(UcSearchResult) r = uc_search(&model, &o);
        ck_assert_msg(r->end == UC_SEARCH_INTERRUPTED, "%s, stopped in state %u of %u: %s", uc_strategy_name[_i], at[i], all,
                      uc_search_end_name[r->end]);
    }
}
END_TEST

/* The toy, told to stop soon after something was found, in the same window. */
static unsigned since_found;

static bool expand_until_found(void *worker, const uint32_t *row, const uint32_t *skip, uint32_t skips, UcEdges *out)
{
    enum { LATER = 1000 }; /* moves: not of the same block */
    Toy toy = { .k = 4, .canonical = true, .bug = TOY_FORGETS };
    uint32_t from = out->count;
    bool ok = toy_model(&toy).expand(worker, row, skip, skips, out);
    for (uint32_t i = from; i < out->count; i++)
        since_found += since_found || out->edge[i].finding;
    out->stopped = since_found > LATER;
    return ok;
}

START_TEST(what_was_found_before_a_stop_is_kept)
{
    Toy toy = { .k = 4, .canonical = true, .bug = TOY_FORGETS };
    UcModel model = toy_model(&toy);
    g_autoptr(UcSearchResult) whole = uc_search(&model, &(UcSearchOptions){ .strategy = UC_BFS });
    model.expand = expand_until_found;
    since_found = 0;
    g_autoptr(UcSearchResult) stopped = uc_search(&model, &(UcSearchOptions){ .strategy = UC_BFS });
    ck_assert_uint_gt(since_found, 1000);
    ck_assert_int_eq(stopped->end, UC_SEARCH_FOUND);
    ck_assert_uint_eq(stopped->figures.states, whole->figures.states);
    ck_assert_uint_eq(stopped->path->len, whole->path->len);
    ck_assert_uint_lt(stopped->figures.edges, whole->figures.edges);
}
END_TEST

/* ---- what is remembered ---- */

/* Of a row that is not known the trace goes as far as the slot that tells it from those that are: what is added for it may
 * begin with that. */
START_TEST(traces_go_to_where_a_row_leaves)
{
    enum { SLOTS = 3 };
    static const uint32_t slot[SLOTS] = { 5, 2, 7 };
    static const char effect[] = "effect";
    g_autoptr(UcMemo) memo = uc_memo_new();
    g_autoptr(GArray) slots = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uint32_t row[8] = { 0 };
    ck_assert(uc_memo_add(memo, 0, 1, row, slot, SLOTS, effect, NULL));
    for (uint32_t i = SLOTS; i-- > 0; row[slot[i]] = 0) {
        row[slot[i]] = 1;
        for (int again = 0; again < 2; again++) {
            g_array_set_size(slots, 0);
            ck_assert_ptr_eq(uc_memo_trace(memo, 0, 1, row, slots), again ? effect : NULL);
            ck_assert_uint_eq(slots->len, i + 1);
            ck_assert(!memcmp(slots->data, slot, slots->len * sizeof *slot));
            ck_assert(again || uc_memo_add(memo, 0, 1, row, slot, i + 1, effect, NULL));
        }
    }
}
END_TEST

/* ---- shrinking ---- */

typedef struct {
    const bool *needed;
    size_t count;
    unsigned asked;
} Needs;

static bool holds(void *data, const bool *keep)
{
    Needs *n = data;
    n->asked++;
    for (size_t i = 0; i < n->count; i++) {
        if (n->needed[i] && !keep[i])
            return false;
    }
    return true;
}

START_TEST(shrinking_leaves_what_is_needed)
{
    enum { COUNT = 100 };
    bool needed[COUNT] = { [3] = true, [50] = true, [51] = true, [99] = true }, keep[COUNT];
    Needs n = { needed, COUNT, 0 };
    memset(keep, true, sizeof keep);
    UcShrunk s = uc_shrink(COUNT, keep, holds, &n, 10000);
    ck_assert_uint_eq(s.kept, 4);
    ck_assert(s.minimal);
    ck_assert_uint_eq(s.tries, n.asked);
    ck_assert(!memcmp(keep, needed, sizeof keep));
    ck_assert_uint_lt(s.tries, 100);
    memset(keep, true, sizeof keep);
    s = uc_shrink(COUNT, keep, holds, &n, 5);
    ck_assert(!s.minimal);
    ck_assert_uint_eq(s.tries, 5);
}
END_TEST

static uint32_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*state >> 33);
}

/* Some moves are needed, some only as long as another is there, before or behind: like a restart and its crash. */
enum { MOVES = 24 };
typedef struct {
    int of[MOVES]; /* itself: needed in any case; -1: never; else as long as that one is kept */
} Wants;

static bool wants_hold(void *data, const bool *keep)
{
    const Wants *w = data;
    for (int i = 0; i < MOVES; i++) {
        if (!keep[i] && w->of[i] >= 0 && (w->of[i] == i || keep[w->of[i]]))
            return false;
    }
    return true;
}

START_TEST(nothing_can_be_left_out_of_what_is_minimal)
{
    uint64_t state = 1;
    for (int round = 0; round < 200; round++) {
        Wants w;
        bool keep[MOVES];
        memset(keep, true, sizeof keep);
        for (int i = 0; i < MOVES; i++)
            w.of[i] = next_random(&state) % 2 ? (int)(next_random(&state) % MOVES) : -1;
        w.of[round % MOVES] = round % MOVES;
        UcShrunk s = uc_shrink(MOVES, keep, wants_hold, &w, 10000);
        ck_assert(s.minimal && wants_hold(&w, keep));
        for (int i = 0; i < MOVES; i++) {
            bool was = keep[i];
            keep[i] = false;
            ck_assert_msg(!was || !wants_hold(&w, keep), "round %d: move %d can be left out", round, i);
            keep[i] = was;
        }
    }
}
END_TEST

/* ---- packed rows ---- */

/* Some words near the front and a few anywhere; zeros, small values and those that need all bits. */
static uint32_t make_changes(uint64_t *state, UcChange *change, uint32_t room)
{
    static const uint32_t mask[] = { 0, 0xff, 0xffff, 0x1ffff, UINT32_MAX };
    uint32_t n = 0;
    for (uint32_t i = 0; i < room; i++) {
        uint32_t at = next_random(state) % (i % 8 ? 100 : UC_ROW_MAX), k = 0;
        while (k < n && change[k].at != at) /* each word once */
            k++;
        if (k == n)
            change[n++] = (UcChange){ at, next_random(state) & mask[next_random(state) % G_N_ELEMENTS(mask)] };
    }
    return n;
}

START_TEST(rows_come_back_as_they_were)
{
    enum { ROWS = 200, CHANGES = 40 };
    static uint32_t plain[ROWS][UC_ROW_MAX];
    UcChange change[CHANGES];
    UcRows rows = { 0 };
    UcRow row;
    uint64_t state = 1;
    uc_row_init(&row);
    for (uint32_t i = 0; i < ROWS; i++) {
        uint32_t n = make_changes(&state, change, CHANGES);
        if (i)
            uc_row_load(&row, &rows, i / 2);
        memcpy(plain[i], row.word, sizeof plain[i]);
        for (uint32_t k = 0; k < n; k++)
            plain[i][change[k].at] = change[k].value;
        uc_rows_add(&rows, &row, change, n);
        ck_assert(!memcmp(row.word, plain[i / 2], sizeof plain[i]) || !i); /* the changes are not kept */
        if (i % 5 == 0)
            uc_row_change(&row, change, n); /* what was changed since is cleared by the next load too */
    }
    for (uint32_t i = 0; i < ROWS; i++) {
        uint32_t k = (i * 77) % ROWS;
        uc_row_load(&row, &rows, k);
        ck_assert(!memcmp(row.word, plain[k], sizeof plain[k]));
    }
    uc_rows_cut(&rows, ROWS / 2);
    uc_row_load(&row, &rows, ROWS / 2 - 1);
    ck_assert(!memcmp(row.word, plain[ROWS / 2 - 1], sizeof plain[0]));
    uc_row_scan(&row); /* finds the same blocks */
    uc_rows_add(&rows, &row, NULL, 0);
    ck_assert_uint_eq(rows.used - rows.start[ROWS / 2], rows.start[ROWS / 2] - rows.start[ROWS / 2 - 1]);
    uc_row_clear(&row);
    uc_rows_clear(&rows);
}
END_TEST

/* Rows that follow one another are loaded in their order, from any on, and in any other order: wide ones, and small ones, of which
 * each is whole. */
START_TEST(rows_that_follow_come_back)
{
    enum { ROWS = 3 * UC_ROWS_APART + 7, CHANGES = 12 };
    static uint32_t plain[ROWS][UC_ROW_MAX];
    UcChange change[CHANGES];
    UcRows rows = { 0 };
    UcRow row, last;
    uint64_t state = 7;
    uc_row_init(&row);
    uc_row_init(&last);
    for (uint32_t i = 0; i < ROWS; i++) {
        uint32_t n = _i ? 1 : make_changes(&state, change, CHANGES);
        if (_i)
            change[0] = (UcChange){ i % 7, next_random(&state) };
        memcpy(plain[i], row.word, sizeof plain[i]);
        for (uint32_t k = 0; k < n; k++)
            plain[i][change[k].at] = change[k].value;
        uc_rows_follow(&rows, &row, &last, change, n);
        ck_assert(_i || !memcmp(last.word, plain[i], sizeof plain[i]));
        if (i % 3 == 0)
            uc_row_change(&row, change, n);
    }
    uc_rows_close(&rows);
    ck_assert_uint_eq(rows.count, ROWS);
    ck_assert_uint_eq(rows.apart, _i ? 1 : UC_ROWS_APART);
    uint32_t from = UC_NO_ROW;
    for (uint32_t i = 0; i < 4 * ROWS; i++) {
        uint32_t to = i < ROWS ? i : next_random(&state) % ROWS;
        if (i % 5 == 4) { /* it was used for something else */
            uc_row_change(&row, &(UcChange){ 3, 99 }, 1);
            from = UC_NO_ROW;
        }
        uc_row_go_on(&row, &rows, from, to);
        ck_assert(!memcmp(row.word, plain[to], sizeof plain[to]));
        from = to;
    }
    uc_row_clear(&row);
    uc_row_clear(&last);
    uc_rows_clear(&rows);
}
END_TEST

/* A row of zeros, and one without a zero. */
START_TEST(rows_may_be_empty_or_full)
{
    UcRows rows = { 0 };
    UcRow row;
    uc_row_init(&row);
    uc_rows_add(&rows, &row, NULL, 0);
    for (uint32_t i = 0; i < UC_ROW_MAX; i++)
        row.word[i] = UINT32_MAX - i;
    uc_row_scan(&row);
    uc_rows_add(&rows, &row, NULL, 0);
    uc_row_load(&row, &rows, 0);
    for (uint32_t i = 0; i < UC_ROW_MAX; i++)
        ck_assert_uint_eq(row.word[i], 0);
    uc_row_load(&row, &rows, 1);
    for (uint32_t i = 0; i < UC_ROW_MAX; i++)
        ck_assert_uint_eq(row.word[i], UINT32_MAX - i);
    uc_row_clear(&row);
    uc_rows_clear(&rows);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("explorer core");
    TCase *tc = tcase_create("toy");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, counts_are_known);
    tcase_add_test(tc, counts_are_those_of_spin);
    tcase_add_test(tc, bugs_are_found_by_shortest_ways);
    tcase_add_test(tc, walks_find_bugs_too);
    tcase_add_test(tc, collisions_lose_states_and_are_announced);
    tcase_add_test(tc, limits_stop_and_say_so);
    tcase_add_test(tc, the_least_of_all_ways_is_told);
    tcase_add_test(tc, what_was_found_goes_before_the_way);
    tcase_add_loop_test(tc, depth_is_a_function_of_the_state, 0, UC_STRATEGIES);
    tcase_add_test(tc, states_that_come_again_are_told);
    tcase_add_test(tc, numbers_and_tables_have_an_end);
    tcase_add_loop_test(tc, a_limit_once_reached_holds, 0, UC_STRATEGIES);
    tcase_add_loop_test(tc, a_stop_in_any_state_is_no_end, 0, UC_STRATEGIES);
    tcase_add_test(tc, traces_go_to_where_a_row_leaves);
    tcase_add_test(tc, shrinking_leaves_what_is_needed);
    tcase_add_test(tc, nothing_can_be_left_out_of_what_is_minimal);
    tcase_add_test(tc, what_was_found_before_a_stop_is_kept);
    tcase_add_test(tc, rows_come_back_as_they_were);
    tcase_add_loop_test(tc, rows_that_follow_come_back, 0, 2);
    tcase_add_test(tc, rows_may_be_empty_or_full);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
