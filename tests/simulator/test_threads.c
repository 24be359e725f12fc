/* What threads of a search share: the store, layouts, pooled regions, the visited set; and that jobs change nothing. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/explore/pool.h"
#include "simulator/explore/search.h"
#include "simulator/region.h"
#include "tests/simulator/transfer_toy.h"

enum { THREADS = 4, THINGS = 20000, MACHINES = 5, BATCH = 30000, DISTINCT = 9000 };

typedef struct {
    unsigned number;
    UcStore *store;
    UcLayout *layout;
    UcPool *pool;
    UcVisited *visited;
    const UcDigest *hash;
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

static gpointer claim_hashes(gpointer data)
{
    Thread *t = data;
    for (uint32_t rank = BATCH - 1 - t->number; rank < BATCH; rank -= THREADS) /* the later ones first, down to 0 */
        t->place[rank] = uc_visited_claim(t->visited, t->hash[rank], rank);
    return NULL;
}

/* A batch by many threads adds what one by one would add, with the same numbers. */
START_TEST(claims_number_states_as_one_thread_would)
{
    g_autoptr(UcVisited) one = uc_visited_new(128), many = uc_visited_new(128);
    g_autofree UcDigest *hash = g_new(UcDigest, BATCH);
    g_autofree uint64_t *place = g_new(uint64_t, BATCH);
    Thread *t = g_new0(Thread, THREADS);
    bool fresh;
    for (uint32_t round = 0, before = 0; round < 3; round++, before = uc_visited_count(one)) {
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
            t[i] = (Thread){ .number = i, .visited = many, .hash = hash, .place = place };
        run_threads(t, claim_hashes);
        for (uint32_t i = 0; i < BATCH; i++) {
            if (place[i] != UC_NO_PLACE && !uc_visited_holds(many, place[i], i))
                place[i] = UC_NO_PLACE;
        }
        uint32_t n = 0;
        for (uint32_t i = 0; i < BATCH; i++) {
            if (place[i] != UC_NO_PLACE)
                uc_visited_settle(many, place[i], n++, hash[i], round, i);
        }
        uc_visited_settled(many, n);
        ck_assert_uint_eq(uc_visited_count(many), uc_visited_count(one));
        ck_assert_uint_gt(uc_visited_count(one), before);
    }
    for (uint32_t i = 0; i < uc_visited_count(one); i++) {
        uint32_t a, b;
        ck_assert_uint_eq(uc_visited_parent(one, i, &a), uc_visited_parent(many, i, &b));
        ck_assert_uint_eq(a, b);
        ck_assert_uint_eq(uc_visited_add(many, uc_visited_hash(one, i), 0, 0, &fresh), i);
        ck_assert(!fresh);
    }
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
    tcase_add_test(tc, jobs_change_nothing);
    suite_add_tcase(s, tc);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
