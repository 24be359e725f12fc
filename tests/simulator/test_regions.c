/* Regions as machines see them, against arrays; layouts against a table of keys; and contents that do not depend on handles. */
#include <stdlib.h>
#include <string.h>

#include "puppet.h"
#include "tests/support/suite.h"

/* ---- lists in a machine ---- */

enum { WIDTHS = 3, HEADED = UC_FIRST_KIND + WIDTHS, BARE, ROUNDS = 400, MOST = 9 };
static const UcRegionKind kinds[] = {
    { .name = "ones", .item_words = 1 }, { .name = "twos", .item_words = 2 }, { .name = "threes", .item_words = 3 },
    { .name = "headed", .head_words = 2, .item_words = 2 }, { .name = "bare", .head_words = 2 },
};

static void (*trial)(UcCtx *ctx);

static UcResult try_it(UcCtx *ctx, const UcEnvelope *in)
{
    (void)in;
    trial(ctx);
    return uc_pass("tried");
}
static const UcClass trier = { .name = "trier", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = try_it };

/* In as many activations, one after the other. */
static void in_a_machine(void (*what)(UcCtx *ctx), unsigned activations)
{
    UcStore *store = uc_store_new();
    Stage stage;
    stage_init(&stage, false, store);
    stage.spec.party.class = &trier;
    stage_open(&stage);
    trial = what;
    for (unsigned i = 0; i < activations; i++) {
        stage_input(&stage, (UcMessage){ DO_LOOK, { 0 } });
        ck_assert_int_eq(stage.stop, UC_STOP_Z);
    }
    stage_clear(&stage);
    uc_store_free(store);
}

static GRand *dice;
static GArray *model[WIDTHS][2]; /* UcWord; two lists of each kind */
static unsigned below(unsigned n) { return (unsigned)g_rand_int_range(dice, 0, (gint32)n); }

static void same_items(UcCtx *ctx, unsigned width, unsigned which)
{
    size_t n;
    const GArray *m = model[width - 1][which];
    const UcWord *items = uc_items(ctx, UC_FIRST_KIND + width - 1, which, &n);
    ck_assert_uint_eq(n, m->len / width);
    if (n)
        ck_assert_mem_eq(items, m->data, m->len * sizeof(UcWord));
}

static void set_item(UcWord *at, unsigned width, GArray *m, unsigned item)
{
    for (unsigned w = 0; w < width; w++)
        at[w] = g_array_index(m, UcWord, item * width + w) = below(1000) + 1;
}

static void one_change(UcCtx *ctx)
{
    unsigned width = 1 + below(WIDTHS), which = below(2), kind = UC_FIRST_KIND + width - 1;
    GArray *m = model[width - 1][which];
    unsigned n = m->len / width, item = below(n + 1);
    static const UcWord zeros[WIDTHS];
    if (n < MOST && below(2)) {
        UcWord *at = uc_item_insert(ctx, kind, which, item);
        ck_assert_mem_eq(at, zeros, width * sizeof *at);
        g_array_insert_vals(m, item * width, zeros, width);
        set_item(at, width, m, item);
    } else if (item < n && below(2)) {
        uc_item_remove(ctx, kind, which, item);
        g_array_remove_range(m, item * width, width);
    } else if (item < n) {
        set_item(uc_item_edit(ctx, kind, which, item), width, m, item);
    }
}

static void change(UcCtx *ctx)
{
    for (unsigned i = below(4); i > 0; i--)
        one_change(ctx);
    for (unsigned width = 1; width <= WIDTHS; width++) {
        for (unsigned which = 0; which < 2; which++)
            same_items(ctx, width, which);
        size_t there = (model[width - 1][0]->len > 0) + (model[width - 1][1]->len > 0);
        ck_assert_uint_eq(uc_regions(ctx, UC_FIRST_KIND + width - 1), there);
    }
}

START_TEST(lists_are_arrays)
{
    dice = g_rand_new_with_seed(5);
    for (unsigned i = 0; i < 2 * WIDTHS; i++)
        model[i / 2][i % 2] = g_array_new(FALSE, FALSE, sizeof(UcWord));
    in_a_machine(change, ROUNDS);
    for (unsigned i = 0; i < 2 * WIDTHS; i++)
        g_array_unref(model[i / 2][i % 2]);
    g_rand_free(dice);
}
END_TEST

/* Longer is zero filled, shorter is cut, nothing is an absent one. */
static void resize(UcCtx *ctx)
{
    size_t words;
    UcWord *w = uc_write(ctx, HEADED, 0, 4);
    for (unsigned i = 0; i < 4; i++)
        w[i] = 10 + i;
    w = uc_write(ctx, HEADED, 0, 6);
    ck_assert(w[3] == 13 && w[4] == 0 && w[5] == 0);
    w = uc_write(ctx, HEADED, 0, 2);
    ck_assert(w[0] == 10 && w[1] == 11);
    w = uc_write(ctx, HEADED, 0, 4);
    ck_assert(w[1] == 11 && w[2] == 0 && w[3] == 0);
    uc_write(ctx, HEADED, 0, 0);
    ck_assert(!uc_read(ctx, HEADED, 0, &words) && words == 0);
    ck_assert(!uc_read(ctx, HEADED, 7, NULL));
    ck_assert_uint_eq(uc_write(ctx, BARE, 0, 2)[1], 0);
}

START_TEST(regions_grow_and_shrink) { in_a_machine(resize, 2); }
END_TEST

static unsigned odd_kind;
static size_t odd_words;
static void write_odd(UcCtx *ctx) { uc_write(ctx, odd_kind, 0, odd_words); }

/* A size that is no head and whole items is a fault of the machine, and no kind is one. */
static const struct {
    unsigned kind;
    size_t words;
    const char *why;
} odd[] = {
#define SIZE "one writes a region of a size that its kind does not have"
    { UC_FIRST_KIND + 1, 1, SIZE }, { UC_FIRST_KIND + 2, 4, SIZE }, { HEADED, 1, SIZE }, { HEADED, 3, SIZE }, { BARE, 1, SIZE },
    { BARE, 3, SIZE }, { BARE + 1, 1, "one writes a region of a kind that it does not have" },
    { UC_KIND_FAULT + 100, 1, "one writes a region of a kind that it does not have" },
};

/* A machine of which one activation ends the run, and why. */
static void ends(void (*what)(UcCtx *ctx), const char *why)
{
    UcStore *store = uc_store_new();
    Stage stage;
    stage_init(&stage, false, store);
    stage.spec.party.class = &trier;
    stage_open(&stage);
    trial = what;
    stage_input(&stage, (UcMessage){ DO_LOOK, { 0 } });
    ck_assert_int_eq(stage.stop, UC_STOP_DISCIPLINE);
    ck_assert_msg(g_str_has_suffix(uc_world_why(stage.world), why), "expected '%s', got '%s'", why, uc_world_why(stage.world));
    stage_clear(&stage);
    uc_store_free(store);
}

START_TEST(a_size_that_fits_no_items)
{
    odd_kind = odd[_i].kind;
    odd_words = odd[_i].words;
    ends(write_odd, odd[_i].why);
}
END_TEST

static void edits_headed(UcCtx *ctx) { uc_item_edit(ctx, HEADED, 0, 0); }

START_TEST(a_list_has_no_head) { ends(edits_headed, "one takes for a list what is none"); }
END_TEST

static void give_reasons(UcCtx *ctx)
{
    const char *one = uc_reason(ctx, "number %d", 1), *same = uc_reason(ctx, "number %s", "1"), *two = uc_reason(ctx, "number 2");
    ck_assert_ptr_eq(one, same);
    ck_assert_str_eq(one, "number 1");
    ck_assert_str_eq(two, "number 2");
}

START_TEST(a_reason_is_one_text) { in_a_machine(give_reasons, 2); }
END_TEST

static void goes_on(UcCtx *ctx)
{
    uc_persist(ctx);
    uc_persist(ctx);
}

/* Who looks from outside is not broken off: of a kind that there is not there is nothing. */
START_TEST(a_look_at_no_kind_finds_nothing)
{
    g_autoptr(UcStore) store = uc_store_new();
    Stage stage;
    stage_init(&stage, false, store);
    stage.spec.party.class = &trier;
    stage_open(&stage);
    g_autofree UcCtx *look = uc_world_look(stage.world);
    for (unsigned kind = BARE; kind <= BARE + 1; kind++) { /* an empty region; none */
        size_t words = 77;
        ck_assert_ptr_null(uc_peek(look, UC_PARTY_0, kind, 0, &words));
        ck_assert_uint_eq(words, 0);
        ck_assert_ptr_null(uc_peek(look, UC_PARTY_0, kind, 0, NULL));
    }
    stage_clear(&stage);
}
END_TEST

/* A machine into which a crash fell is to return: what it would write then, nobody has ordered. */
START_TEST(nothing_is_written_after_a_crash)
{
    static const UcPoint point[] = { UC_POINT_BEFORE, UC_POINT_MIDDLE };
    UcStore *store = uc_store_new();
    Stage stage;
    stage_init(&stage, false, store);
    stage.spec.party.class = &trier;
    stage_open(&stage);
    trial = goes_on;
    stage_order(&stage, (UcMessage){ UC_M_CRASH, { point[_i] } });
    stage_input(&stage, (UcMessage){ DO_LOOK, { 0 } });
    ck_assert_int_eq(stage.stop, UC_STOP_DISCIPLINE);
    ck_assert_ptr_nonnull(strstr(uc_world_why(stage.world), "goes on after a crash"));
    stage_clear(&stage);
    uc_store_free(store);
}
END_TEST

/* ---- layouts ---- */

enum { MACHINES = 5, KINDS = 3, INDICES = 4, KEYS = MACHINES * KINDS * INDICES };

static UcSlotKey key_of(unsigned k)
{
    return (UcSlotKey){ k % MACHINES, UC_FIRST_KIND + k / MACHINES % KINDS, k / MACHINES / KINDS };
}

/* Keys in any order; each has the next number, and each machine its own in the order in which they came. Then anew. */
START_TEST(a_layout_is_a_table_of_keys)
{
    UcLayout *layout = uc_layout_new();
    dice = g_rand_new_with_seed(7);
    for (int round = 0; round < 3; round++) {
        uint32_t slot[KEYS];
        unsigned count = 0, by_number[KEYS];
        memset(slot, 0xff, sizeof slot);
        for (unsigned i = 0; i < 3 * KEYS; i++) {
            unsigned k = below(KEYS);
            ck_assert_uint_eq(uc_layout_find(layout, key_of(k)), slot[k]);
            if (slot[k] == UINT32_MAX)
                by_number[slot[k] = count++] = k;
            ck_assert_uint_eq(uc_layout_slot(layout, key_of(k)), slot[k]);
            ck_assert_uint_eq(uc_layout_count(layout), count);
        }
        uint32_t next[MACHINES + 1];
        for (uint32_t m = 0; m <= MACHINES; m++)
            next[m] = uc_layout_first(layout, m);
        for (uint32_t n = 0; n < count; n++) {
            UcSlotKey key = uc_layout_key(layout, n), expected = key_of(by_number[n]);
            ck_assert(key.machine == expected.machine && key.kind == expected.kind && key.index == expected.index);
            ck_assert_uint_eq(next[key.machine], n);
            next[key.machine] = uc_layout_next(layout, n);
        }
        for (uint32_t m = 0; m <= MACHINES; m++)
            ck_assert_uint_eq(next[m], UINT32_MAX);
        uc_layout_clear(layout);
        ck_assert_uint_eq(uc_layout_count(layout), 0);
    }
    g_rand_free(dice);
    uc_layout_free(layout);
}
END_TEST

/* ---- contents ---- */

static const UcRegionKind mixed = { .name = "mixed", .head_words = 3, .head_handles = 5, .item_words = 3, .item_handles = 2 };
static const bool handle_at[] = { true, false, true, false, true, false, false, true, false };
enum { WORDS = G_N_ELEMENTS(handle_at), TEXTS = 4 };
static const char *const texts[TEXTS] = { "", "a", "b", "ab" };

/* The same contents in a store that has given out its handles in this order, or in the other one. */
static UcRegion *region_in(UcStore *store, const unsigned content[WORDS])
{
    UcRegion *r = uc_region_new(WORDS);
    for (unsigned i = 0; i < WORDS; i++)
        r->word[i] = !handle_at[i] ? content[i] : content[i] < TEXTS ? uc_store_text(store, texts[content[i]]) : UC_NONE;
    return r;
}

static void written_out(const unsigned content[WORDS], GByteArray *out)
{
    for (unsigned i = 0; i < WORDS; i++) {
        bool none = content[i] == TEXTS;
        const char *t = none ? "" : texts[content[i] % TEXTS];
        if (handle_at[i])
            uc_append_u32(out, none ? UINT32_MAX : (uint32_t)strlen(t));
        else
            uc_append_u64(out, content[i]);
        if (handle_at[i])
            g_byte_array_append(out, (const uint8_t *)t, (guint)strlen(t));
    }
}

static void same_contents(UcStore *store[2], const unsigned content[WORDS])
{
    g_autoptr(GByteArray) expected = g_byte_array_new();
    UcDigest digest[2];
    written_out(content, expected);
    for (int i = 0; i < 2; i++) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        UcRegion *r = region_in(store[i], content);
        uc_region_canonical(r, &mixed, store[i], bytes);
        ck_assert_uint_eq(bytes->len, expected->len);
        ck_assert_mem_eq(bytes->data, expected->data, bytes->len);
        digest[i] = uc_region_digest(r, &mixed, store[i]);
        for (unsigned w = 0; w < WORDS; w++) { /* every word counts */
            unsigned other[WORDS];
            memcpy(other, content, sizeof other);
            other[w] = (other[w] + 1) % (TEXTS + 1);
            UcRegion *changed = region_in(store[i], other);
            UcDigest d = uc_region_digest(changed, &mixed, store[i]);
            ck_assert(d.lo != digest[i].lo && d.hi != digest[i].hi && !uc_region_same(r, changed));
            uc_region_unref(changed);
        }
        uc_region_unref(r);
    }
    ck_assert(digest[0].lo == digest[1].lo && digest[0].hi == digest[1].hi);
}

START_TEST(contents_do_not_depend_on_handles)
{
    UcStore *store[2] = { uc_store_new(), uc_store_new() };
    dice = g_rand_new_with_seed(9);
    for (int i = 0; i < TEXTS; i++) {
        uc_store_text(store[0], texts[i]);
        uc_store_text(store[1], texts[TEXTS - 1 - i]);
    }
    for (int round = 0; round < 50; round++) {
        unsigned content[WORDS];
        for (unsigned i = 0; i < WORDS; i++)
            content[i] = below(TEXTS + 1);
        same_contents(store, content);
    }
    g_rand_free(dice);
    uc_store_free(store[0]);
    uc_store_free(store[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("regions");
    TCase *t = tcase_create("regions");
    tcase_add_test(t, lists_are_arrays);
    tcase_add_test(t, regions_grow_and_shrink);
    tcase_add_loop_test(t, a_size_that_fits_no_items, 0, G_N_ELEMENTS(odd));
    tcase_add_test(t, a_list_has_no_head);
    tcase_add_test(t, a_look_at_no_kind_finds_nothing);
    tcase_add_test(t, a_reason_is_one_text);
    tcase_add_loop_test(t, nothing_is_written_after_a_crash, 0, 2);
    tcase_add_test(t, a_layout_is_a_table_of_keys);
    tcase_add_test(t, contents_do_not_depend_on_handles);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
