/* What threads of a search share: the store, layouts, pooled regions, the visited set; and that jobs change nothing. */
#include <stdlib.h>
#include <string.h>

#include "simulator/explore/pool.h"
#include "simulator/explore/search.h"
#include "simulator/region.h"
#include "tests/simulator/transfer_toy.h"
#include "tests/support/suite.h"

enum { THREADS = 4, THINGS = 20000, MACHINES = 5, BATCH = 30000, DISTINCT = 9000 };

typedef struct {
    unsigned number;
    UcStore *store;
    UcLayout *layout;
    UcPool *pool;
    UcVisited *visited;
    const UcDigest *hash;
    const uint64_t *path;
    uint64_t *place;
    uint32_t got[3][THINGS]; /* of the store, the layout, the pool */
} Thread;

static void run_threads(Thread *t, GThreadFunc work)
{
    GThread *thread[THREADS];
    for (unsigned i = 0; i < THREADS; i++)
        thread[i] = g_thread_new("test", work, &t[i]);
    for (unsigned i = 0; i < THREADS; i++)
        g_thread_join(thread[i]);
}

/* Everybody puts the same things, some in the same order. */
static gpointer put_things(gpointer data)
{
    Thread *t = data;
    static const uint32_t stride[THREADS] = { 1, 1, 7, 7 }; /* two side by side, two apart */
    uint32_t n = 0;
    for (uint32_t i = 0; i < THINGS; i++, n = (n + stride[t->number]) % THINGS) {
        g_autofree char *text = g_strdup_printf("string %u", n);
        UcRegion *region = uc_region_new(2);
        region->word[0] = n;
        t->got[0][n] = (uint32_t)uc_store_text(t->store, text);
        t->got[1][n] = uc_layout_slot(t->layout, (UcSlotKey){ n % MACHINES, 1, n });
        t->got[2][n] = uc_pool_put(t->pool, region);
        uc_region_unref(region);
        size_t length;
        const uint8_t *bytes = uc_store_get(t->store, t->got[0][n], &length);
        if (length != strlen(text) || memcmp(bytes, text, length))
            t->got[0][n] = 0;
    }
    return NULL;
}

static unsigned chain(const UcLayout *layout, uint32_t machine)
{
    unsigned n = 0;
    for (uint32_t slot = uc_layout_first(layout, machine); slot != UINT32_MAX; slot = uc_layout_next(layout, slot), n++)
        ck_assert_uint_eq(uc_layout_key(layout, slot).machine, machine);
    return n;
}

START_TEST(equal_things_get_one_number_from_any_thread)
{
    g_autoptr(UcStore) store = uc_store_new();
    g_autoptr(UcPool) pool = uc_pool_new();
    UcLayout *layout = uc_layout_new();
    Thread *t = g_new0(Thread, THREADS);
    for (unsigned i = 0; i < THREADS; i++) {
        t[i].number = i;
        t[i].store = store;
        t[i].layout = layout;
        t[i].pool = pool;
    }
    run_threads(t, put_things);
    for (unsigned i = 0; i < THREADS; i++)
        ck_assert_mem_eq(t[i].got, t[0].got, sizeof t[0].got);
    ck_assert_uint_eq(uc_store_count(store), THINGS);
    ck_assert_uint_eq(uc_layout_count(layout), THINGS);
    ck_assert_uint_eq(uc_pool_count(pool), THINGS + 2);
    for (uint32_t n = 0; n < THINGS; n++) {
        ck_assert_uint_ne(t[0].got[0][n], 0);
        ck_assert_uint_eq(uc_layout_key(layout, t[0].got[1][n]).index, n);
        ck_assert_uint_eq(uc_pool_get(pool, t[0].got[2][n])->word[0], n);
    }
    for (uint32_t m = 0; m < MACHINES; m++)
        ck_assert_uint_eq(chain(layout, m), THINGS / MACHINES);
    ck_assert_uint_eq(uc_layout_first(layout, MACHINES), UINT32_MAX);
    uc_layout_free(layout);
    g_free(t);
}
END_TEST

/* Enters the claims that hold; *taken: how many of them take an open state over. */
static void settle_claims(UcVisited *v, const UcDigest *hash, const uint64_t *path, uint64_t *place, uint32_t *taken)
{
    uint32_t n = 0;
    g_autofree uint32_t *from = g_new(uint32_t, BATCH);
    for (uint32_t i = 0; i < BATCH; i++) {
        if (place[i] != UC_NO_PLACE && !uc_visited_holds(v, place[i], i, &from[i]))
            place[i] = UC_NO_PLACE;
    }
    for (uint32_t i = 0; i < BATCH; i++) {
        if (place[i] == UC_NO_PLACE)
            continue;
        bool fresh = from[i] == UC_NO_STATE;
        uc_visited_settle(v, place[i], fresh ? uc_visited_count(v) + n : from[i], hash[i], path[i]);
        n += fresh;
        if (taken)
            *taken += !fresh;
    }
    uc_visited_settled(v, n);
}

static gpointer claim_hashes(gpointer data)
{
    Thread *t = data;
    for (uint32_t rank = BATCH - 1 - t->number; rank < BATCH; rank -= THREADS) /* the later ones first, down to 0 */
        t->place[rank] = uc_visited_claim(t->visited, t->hash[rank], t->path[rank], rank);
    return NULL;
}

/* A batch by many threads adds what one by one would add, with the same numbers. */
START_TEST(claims_number_states_as_one_thread_would)
{
    static const uint64_t alike[BATCH]; /* of path hashes that are equal the lowest rank holds */
    g_autoptr(UcVisited) one = uc_visited_new(128), many = uc_visited_new(128);
    g_autofree UcDigest *hash = g_new(UcDigest, BATCH);
    g_autofree uint64_t *place = g_new(uint64_t, BATCH);
    Thread *t = g_new0(Thread, THREADS);
    bool fresh;
    for (uint32_t round = 0, before = 0; round < 3; round++, before = uc_visited_count(one)) {
        uc_visited_open(many, uc_visited_count(many));
        for (uint32_t i = 0; i < BATCH; i++) {
            uint32_t value = i * 7919 % DISTINCT + round * DISTINCT / 2; /* some known from the round before */
            hash[i] = uc_digest(&value, sizeof value);
            uc_visited_add(one, hash[i], round, i, &fresh);
        }
        if (uc_visited_grow(many, BATCH)) {
            uc_visited_move(many, 0, uc_visited_outgrown(many));
            uc_visited_moved(many);
        }
        for (unsigned i = 0; i < THREADS; i++)
            t[i] = (Thread){ .number = i, .visited = many, .hash = hash, .path = alike, .place = place };
        run_threads(t, claim_hashes);
        settle_claims(many, hash, alike, place, NULL);
        ck_assert_uint_eq(uc_visited_count(many), uc_visited_count(one));
        ck_assert_uint_gt(uc_visited_count(one), before);
    }
    for (uint32_t i = 0; i < uc_visited_count(one); i++) {
        uint32_t move;
        ck_assert_uint_lt(uc_visited_parent(one, i, &move), 3); /* the round, and where it first came in it */
        ck_assert(uc_visited_hash(one, i).lo == uc_visited_hash(many, i).lo);
        ck_assert_uint_eq(uc_visited_add(many, uc_visited_hash(one, i), 0, 0, &fresh), i);
        ck_assert(!fresh);
    }
    g_free(t);
}
END_TEST

/* Of all claims of one state the least path hash holds, whatever thread was first, also where an earlier batch has the state:
 * then it keeps its number. */
START_TEST(the_least_path_hash_holds)
{
    g_autoptr(UcVisited) v = uc_visited_new(128);
    g_autofree UcDigest *hash = g_new(UcDigest, BATCH);
    g_autofree uint64_t *place = g_new(uint64_t, BATCH), *path = g_new(uint64_t, BATCH), *least = g_new(uint64_t, DISTINCT);
    g_autofree uint32_t *number = g_new(uint32_t, DISTINCT);
    Thread *t = g_new0(Thread, THREADS);
    memset(least, 0xff, DISTINCT * sizeof *least);
    uc_visited_open(v, 0);
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < BATCH; i++) {
            uint32_t value = i * 7919 % DISTINCT, draw[] = { i, round };
            hash[i] = uc_digest(&value, sizeof value);
            path[i] = uc_digest(draw, sizeof draw).lo;
            least[value] = MIN(least[value], path[i]);
        }
        if (uc_visited_grow(v, BATCH)) {
            uc_visited_move(v, 0, uc_visited_outgrown(v));
            uc_visited_moved(v);
        }
        for (unsigned i = 0; i < THREADS; i++)
            t[i] = (Thread){ .number = i, .visited = v, .hash = hash, .path = path, .place = place };
        run_threads(t, claim_hashes);
        uint32_t taken = 0;
        settle_claims(v, hash, path, place, &taken);
        ck_assert_uint_eq(uc_visited_count(v), DISTINCT);
        ck_assert(round == 0 ? taken == 0 : taken > DISTINCT / 8);
        for (uint32_t value = 0; value < DISTINCT; value++) {
            bool fresh;
            uint32_t n = uc_visited_add(v, uc_digest(&value, sizeof value), 0, 0, &fresh);
            ck_assert(!fresh && (round == 0 || n == number[value]));
            ck_assert_uint_eq(uc_visited_path(v, n), least[value]);
            number[value] = n;
        }
    }
    uc_visited_open(v, DISTINCT); /* closed: no path hash takes it over */
    uc_visited_grow(v, 1);
    ck_assert_uint_eq(uc_visited_claim(v, hash[0], 0, 0), UC_NO_PLACE);
    g_free(t);
}
END_TEST

START_TEST(jobs_change_nothing)
{
    static const ToyBug bug[] = { TOY_SOUND, TOY_REMEMBERS_LAST };
    for (unsigned i = 0; i < G_N_ELEMENTS(bug); i++) {
        Toy toy = { .k = 4, .canonical = true, .bug = bug[i] };
        UcModel model = toy_model(&toy);
        g_autoptr(UcSearchResult) one = uc_search(&model, &(UcSearchOptions){ .strategy = UC_BFS, .jobs = 1 });
        ck_assert_int_eq(one->end, bug[i] == TOY_SOUND ? UC_SEARCH_COMPLETE : UC_SEARCH_FOUND);
        for (unsigned jobs = 2; jobs <= 5; jobs++) {
            g_autoptr(UcSearchResult) many = uc_search(&model, &(UcSearchOptions){ .strategy = UC_BFS, .jobs = jobs });
            ck_assert_int_eq(many->end, one->end);
            ck_assert_uint_eq(many->figures.states, one->figures.states);
            ck_assert_uint_eq(many->figures.edges, one->figures.edges);
            ck_assert_uint_eq(many->figures.depth, one->figures.depth);
            ck_assert_uint_eq(many->path->len, one->path->len);
            ck_assert(!one->path->len ||
                      !memcmp(many->path->data, one->path->data, one->path->len * sizeof(uint32_t)));
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("threads");
    TCase *tc = tcase_create("shared");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, equal_things_get_one_number_from_any_thread);
    tcase_add_test(tc, claims_number_states_as_one_thread_would);
    tcase_add_test(tc, the_least_path_hash_holds);
    tcase_add_test(tc, jobs_change_nothing);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
