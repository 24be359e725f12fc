/* The protocol's own sets and F's owner map, each against one array cell per index, with random operations; and the
 * places where one is easily off by one. */
#include <stdlib.h>
#include <string.h>

#include "functionality/dkm/owner_map.h"
#include "protocol/ticketed/own_set.h"
#include "tests/support/suite.h"

enum { N = 40, ROUNDS = 4000, OWN = UC_FIRST_KIND, RESERVE, OWNERS };

static const UcRegionKind kinds[] = {
    { .name = "own", .item_words = 2 }, { .name = "reserve", .item_words = 2 }, { .name = "owners", .item_words = 3 },
};
static UcStore *store;
static UcLayout *layout;
static UcWorld *world;
static UcWorldSpec spec;
static void (*act)(UcCtx *ctx);

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    act(ctx);
    return uc_pass(NULL);
}
static const UcClass machine = { .name = "sets", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = step };

static void set_up(void)
{
    static const char *const names[] = { "one", NULL };
    static const uint8_t seed[UC_SEED_BYTES];
    store = uc_store_new();
    layout = uc_layout_new();
    spec = (UcWorldSpec){ .name = "real", .parties = 1, .party_name = names, .party = { .class = &machine } };
    spec.machine[UC_A].class = &machine;
    world = uc_world_new(&spec, store, layout, seed);
}

static void tear_down(void)
{
    uc_world_free(world);
    uc_layout_free(layout);
    uc_store_free(store);
}

static void run(void (*what)(UcCtx *ctx))
{
    UcEnvelope write = { UC_Z, UC_PARTY_0, 0, { UC_M_ASK, { 0 } } };
    act = what;
    ck_assert_int_eq(uc_world_turn(world, &write), UC_STOP_Z);
}

static uint32_t state = 1;
static unsigned below(unsigned n)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 16) % n;
}

static DkmInterval any_block(void)
{
    UcWord a = below(N), b = a + 1 + below((unsigned)(N - a));
    return (DkmInterval){ a, b };
}

/* ---- the naive twin: one cell per index ---- */

static int cell[N];

static size_t runs_of(int value, DkmInterval *out)
{
    size_t n = 0;
    for (UcWord i = 0; i < N; i++) {
        if (cell[i] != value)
            continue;
        if (i > 0 && cell[i - 1] == value)
            out[n - 1].b = i + 1;
        else
            out[n++] = (DkmInterval){ i, i + 1 };
    }
    return n;
}

static void fill(DkmInterval block, int value)
{
    for (UcWord i = block.a; i < block.b; i++)
        cell[i] = value;
}

static unsigned count_in(DkmInterval block, int value)
{
    unsigned n = 0;
    for (UcWord i = block.a; i < block.b; i++)
        n += cell[i] == value;
    return n;
}

static bool naive_top(int value, UcWord count, DkmInterval *block)
{
    for (UcWord b = N; b >= count; b--) {
        bool at_the_end = b == N || cell[b] != value;
        if (at_the_end && count_in((DkmInterval){ b - count, b }, value) == count) {
            *block = (DkmInterval){ b - count, b };
            return true;
        }
    }
    return false;
}

static size_t naive_count_after(int value, DkmInterval block)
{
    int kept[N];
    DkmInterval out[N];
    memcpy(kept, cell, sizeof cell);
    fill(block, value);
    size_t n = runs_of(value, out);
    memcpy(cell, kept, sizeof cell);
    return n;
}

static void same_runs(const DkmInterval *got, size_t n, int value)
{
    DkmInterval expected[N];
    ck_assert_uint_eq(n, runs_of(value, expected));
    for (size_t i = 0; i < n; i++)
        ck_assert(got[i].a == expected[i].a && got[i].b == expected[i].b);
}

/* ---- own sets: 1 = owned, 2 = reserved ---- */

static OwnSet set_of(UcCtx *ctx, int value) { return (OwnSet){ ctx, value == 1 ? OWN : RESERVE, 5 }; }

static void check_union(UcCtx *ctx)
{
    DkmInterval all[N];
    size_t n = own_set_union(set_of(ctx, 1), set_of(ctx, 2), all, N);
    ck_assert_uint_eq(n, own_set_union(set_of(ctx, 1), set_of(ctx, 2), NULL, 0));
    for (int i = 0; i < N; i++)
        cell[i] = cell[i] != 0;
    same_runs(all, n, 1);
}

static void check_own(UcCtx *ctx, int value)
{
    size_t n;
    const DkmInterval *own = own_set_get(set_of(ctx, value), &n);
    same_runs(own, n, value);
    ck_assert_uint_eq(own_set_remaining(set_of(ctx, value)), count_in((DkmInterval){ 0, N }, value));
    DkmInterval b = any_block(), top, naive;
    ck_assert_int_eq(own_set_overlaps(set_of(ctx, value), b), count_in(b, value) > 0);
    if (!count_in(b, value))
        ck_assert_uint_eq(own_set_count_after(own, n, b), naive_count_after(value, b));
    UcWord count = 1 + below(6);
    bool found = naive_top(value, count, &naive);
    ck_assert_int_eq(own_set_top(own, n, count, &top), found);
    if (found)
        ck_assert(top.a == naive.a && top.b == naive.b);
}

static void change_own(UcCtx *ctx, int value)
{
    OwnSet set = set_of(ctx, value);
    DkmInterval b = any_block();
    UcWord index;
    switch (below(3)) {
    case 0:
        if (count_in(b, 0) == b.b - b.a) {
            own_set_add(set, b);
            fill(b, value);
        }
        break;
    case 1:
        own_set_subtract(set, b);
        for (UcWord i = b.a; i < b.b; i++)
            cell[i] = cell[i] == value ? 0 : cell[i];
        break;
    default:
        ck_assert_int_eq(own_set_take_lowest(set, &index), count_in((DkmInterval){ 0, N }, value) > 0);
        for (UcWord i = 0; i < N; i++) {
            if (cell[i] == value) {
                ck_assert_uint_eq(index, i);
                cell[i] = 0;
                break;
            }
        }
    }
}

static void own_sets(UcCtx *ctx)
{
    for (int round = 0; round < ROUNDS; round++) {
        int value = 1 + (int)below(2), kept[N];
        change_own(ctx, value);
        check_own(ctx, value);
        memcpy(kept, cell, sizeof cell);
        check_union(ctx);
        memcpy(cell, kept, sizeof cell);
    }
}

START_TEST(own_sets_and_cells)
{
    memset(cell, 0, sizeof cell);
    run(own_sets);
}
END_TEST

/* ---- F's map: the cell is the owner ---- */

static const UcWord owner_of[] = { 0, 1, 2, OWNER_USED, OWNER_TRANSIT, OWNER_LOST };

static void check_owner(OwnerMap map, int who)
{
    DkmInterval out[N], b = any_block(), top, naive;
    UcWord owner = owner_of[who], index = 0, count = 1 + below(6);
    size_t n = owner_map_of(map, owner, out, N);
    same_runs(out, n, who);
    ck_assert_uint_eq(owner_map_of(map, owner, NULL, 0), n);
    ck_assert_int_eq(owner_map_lowest(map, owner, &index), n > 0);
    if (n)
        ck_assert_uint_eq(index, out[0].a);
    bool found = naive_top(who, count, &naive);
    ck_assert_int_eq(owner_map_top(map, owner, count, &top), found);
    if (found)
        ck_assert(top.a == naive.a && top.b == naive.b);
    ck_assert_int_eq(owner_map_overlaps(map, owner, b), count_in(b, who) > 0);
    ck_assert_int_eq(owner_map_owns(map, owner, b), count_in(b, who) == b.b - b.a);
    if (!count_in(b, who))
        ck_assert_uint_eq(owner_map_count_after(map, owner, b), naive_count_after(who, b));
}

static void owner_maps(UcCtx *ctx)
{
    OwnerMap map = { ctx, OWNERS, 9 };
    owner_map_init(map, N, 1);
    fill((DkmInterval){ 0, N }, 1);
    for (int round = 0; round < ROUNDS; round++) {
        DkmInterval b = any_block();
        int who = (int)below(G_N_ELEMENTS(owner_of));
        owner_map_set(map, b, owner_of[who]);
        fill(b, who);
        check_owner(map, (int)below(G_N_ELEMENTS(owner_of)));
    }
}

START_TEST(owner_maps_and_cells)
{
    run(owner_maps);
}
END_TEST

/* ---- off by one ---- */

static void edges(UcCtx *ctx)
{
    OwnSet set = set_of(ctx, 1);
    DkmInterval b;
    UcWord index;
    size_t n;
    own_set_add(set, (DkmInterval){ 0, 8 });
    const DkmInterval *own = own_set_get(set, &n);
    ck_assert(own_set_top(own, n, 8, &b) && b.a == 0 && b.b == 8); /* exactly all */
    ck_assert(!own_set_top(own, n, 9, &b));
    own_set_subtract(set, (DkmInterval){ 4, 8 });
    ck_assert(!own_set_overlaps(set, (DkmInterval){ 4, 8 })); /* neighbours do not overlap */
    ck_assert(own_set_overlaps(set, (DkmInterval){ 3, 4 }));
    own_set_add(set, (DkmInterval){ 4, 6 });
    own = own_set_get(set, &n);
    ck_assert(n == 1 && own[0].b == 6); /* and join */
    for (UcWord i = 0; i < 6; i++)
        ck_assert(own_set_take_lowest(set, &index) && index == i);
    ck_assert(!own_set_take_lowest(set, &index));
    ck_assert_uint_eq(own_set_remaining(set), 0);
    own = own_set_get(set, &n);
    ck_assert(n == 0 && !own_set_top(own, n, 1, &b));
    own_set_add(set, (DkmInterval){ UINT64_MAX - 2, UINT64_MAX });
    own = own_set_get(set, &n);
    ck_assert(own_set_top(own, n, 2, &b) && b.a == UINT64_MAX - 2);
}

START_TEST(edges_of_own_sets)
{
    run(edges);
}
END_TEST

static void map_edges(UcCtx *ctx)
{
    OwnerMap map = { ctx, OWNERS, 1 };
    DkmInterval b, out[4];
    UcWord index;
    owner_map_init(map, 8, 0);
    ck_assert(owner_map_top(map, 0, 8, &b) && b.a == 0 && b.b == 8);
    ck_assert(!owner_map_top(map, 0, 9, &b));
    owner_map_set(map, (DkmInterval){ 4, 8 }, OWNER_TRANSIT);
    ck_assert(!owner_map_overlaps(map, 0, (DkmInterval){ 4, 8 }) && owner_map_owns(map, 0, (DkmInterval){ 3, 4 }));
    owner_map_set(map, (DkmInterval){ 0, 4 }, OWNER_TRANSIT);
    ck_assert_uint_eq(owner_map_of(map, OWNER_TRANSIT, out, 4), 1);
    ck_assert(!owner_map_lowest(map, 0, &index));
    owner_map_set(map, (DkmInterval){ 7, 8 }, 0);
    ck_assert(owner_map_lowest(map, 0, &index) && index == 7);
}

START_TEST(edges_of_owner_maps)
{
    run(map_edges);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sets of indices");
    TCase *t = tcase_create("sets");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, own_sets_and_cells);
    tcase_add_test(t, owner_maps_and_cells);
    tcase_add_test(t, edges_of_own_sets);
    tcase_add_test(t, edges_of_owner_maps);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
