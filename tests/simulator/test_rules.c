/* The activation rules: channels and discipline, budgets, views, verdicts, torture mode, crash points. */
#include <stdlib.h>
#include <string.h>

#include "puppet.h"
#include "tests/support/suite.h"

static UcStore *store;
static Stage real, ideal;

static void set_up(void)
{
    store = uc_store_new();
    stage_init(&real, false, store);
    stage_init(&ideal, true, store);
}

static void open_both(void)
{
    stage_open(&real);
    stage_open(&ideal);
}

static void tear_down(void)
{
    stage_clear(&real);
    stage_clear(&ideal);
    uc_store_free(store);
}

static UcMessage store_it(Stage *s, UcWord value, UcWord how)
{
    return stage_input(s, (UcMessage){ DO_STORE, { value, how } });
}

static void both(UcMessage m)
{
    stage_input(&real, m);
    stage_input(&ideal, m);
}

static UcComparison compare(void) { return uc_compare(real.world, real.stop, ideal.world, ideal.stop, 0); }

static void verdict_is(UcVerdict expected)
{
    UcComparison c = compare();
    ck_assert_msg(c.verdict == expected, "expected %s, got %s: %s", uc_verdict_name[expected], uc_verdict_name[c.verdict],
                  c.why);
}

/* ---- discipline ---- */

enum { NOBODY = UC_PARTY_0 + 2 };
static const struct {
    bool by_adversary;
    uint16_t to;
    UcWord kind;
    const char *rule;
} violation[] = {
    { false, UC_Z, TOLD, "Z writes to Z: no channel" },
    { false, UC_S, TOLD, "Z writes to S: no channel" },
    { false, UC_F, TOLD, "Z writes to F: no channel" },
    { false, NOBODY, TOLD, "Z writes to ?: no such machine" },
    { false, UINT16_MAX, TOLD, "Z writes to ?: no such machine" },
    { false, UC_PARTY_0, PUPPET_KINDS_END, "Z writes to one: unknown kind" },
    { true, UC_A, TOLD, "A writes to A: no channel" },
    { true, UC_S, TOLD, "A writes to S: no channel" },
    { true, UC_F, TOLD, "A writes to F: no channel" },
    { true, NOBODY, TOLD, "A writes to ?: no such machine" },
};

START_TEST(violations_read_alike_in_both_worlds)
{
    Stage *stage[] = { &real, &ideal };
    open_both();
    for (int i = 0; i < 2; i++) {
        UcMessage say = { DO_SAY, { violation[_i].to, violation[_i].kind } };
        if (violation[_i].by_adversary)
            stage_write(stage[i], UC_A, 0, say);
        else
            stage_write(stage[i], violation[_i].to, 0, (UcMessage){ violation[_i].kind, { 0 } });
        ck_assert_int_eq(stage[i]->stop, UC_STOP_DISCIPLINE);
        ck_assert_msg(strstr(uc_world_why(stage[i]->world), violation[_i].rule) != NULL, "%s: %s", stage[i]->spec.name,
                      uc_world_why(stage[i]->world));
        ck_assert(g_str_has_prefix(uc_world_why(stage[i]->world), "discipline violation in activation "));
    }
    ck_assert_str_eq(uc_world_why(real.world), uc_world_why(ideal.world));
    verdict_is(UC_ERROR);
}
END_TEST

static const struct {
    uint16_t to;
    UcWord kind;
    const char *rule;
} by_party[] = {
    { UC_PARTY_0, TOLD, "one writes to one: no channel" },
    { UC_PARTY_0 + 1, TOLD, "one writes to two: no channel" },
    { UC_S, TOLD, "one writes to S: no channel" },
    { UC_F, TOLD, "one writes to F: no channel" },
    { NOBODY, TOLD, "one writes to ?: no such machine" },
    { UC_Z, 9999, "one writes to Z: unknown kind" },
    { UC_Z, UC_M_CORRUPTED + 1, "one writes to Z: unknown kind" },
};

START_TEST(violations_of_a_party)
{
    open_both();
    stage_input(&real, (UcMessage){ DO_SAY, { by_party[_i].to, by_party[_i].kind } });
    ck_assert_int_eq(real.stop, UC_STOP_DISCIPLINE);
    ck_assert_msg(strstr(uc_world_why(real.world), by_party[_i].rule) != NULL, "%s", uc_world_why(real.world));
    ck_assert_ptr_nonnull(strstr(uc_world_why(real.world), "in activation 2:"));
}
END_TEST

START_TEST(only_z_halts)
{
    open_both();
    both((UcMessage){ DO_END, { UC_HALT } });
    ck_assert_ptr_nonnull(strstr(uc_world_why(real.world), "one writes to one: only Z halts"));
    ck_assert_ptr_nonnull(strstr(uc_world_why(ideal.world), "F writes to F: only Z halts"));
}
END_TEST

START_TEST(control_comes_back)
{
    real.spec.machine[UC_F] = real.spec.party;
    open_both();
    stage_input(&real, (UcMessage){ DO_PING, { 0 } });
    ck_assert_int_eq(real.stop, UC_STOP_DISCIPLINE);
    ck_assert_ptr_nonnull(strstr(uc_world_why(real.world), "control does not come back"));
}
END_TEST

START_TEST(a_stopped_world_stays_so)
{
    open_both();
    both((UcMessage){ DO_END, { UC_HALT } });
    g_autofree char *why = g_strdup(uc_world_why(real.world));
    store_it(&real, 1, STORE_PERSIST);
    ck_assert_int_eq(real.stop, UC_STOP_DISCIPLINE);
    ck_assert_str_eq(uc_world_why(real.world), why);
}
END_TEST

/* ---- budgets charge Z and A only ---- */

START_TEST(both_worlds_run_out_alike)
{
    size_t n[2];
    real.spec.budget = ideal.spec.budget = 5;
    open_both();
    for (int i = 0; i < 8; i++)
        both((UcMessage){ DO_LOOK, { 0 } });
    ck_assert_int_eq(real.stop, UC_STOP_LIMIT);
    ck_assert_int_eq(ideal.stop, UC_STOP_LIMIT);
    uc_world_view(real.world, &n[0]);
    uc_world_view(ideal.world, &n[1]);
    ck_assert_uint_eq(n[0], n[1]);
    ck_assert_uint_lt(uc_world_activations(real.world), uc_world_activations(ideal.world));
    verdict_is(UC_LIMIT);
}
END_TEST

/* ---- views ---- */

START_TEST(empty_activations_count)
{
    size_t n;
    open_both();
    both((UcMessage){ DO_END, { UC_PASS } });
    both((UcMessage){ DO_END, { UC_FAIL } });
    both((UcMessage){ DO_LOOK, { 0 } });
    const UcViewEntry *view = uc_world_view(real.world, &n);
    ck_assert_uint_eq(n, 3);
    ck_assert_uint_eq(view[0].message.kind, UC_M_EMPTY);
    ck_assert_uint_eq(view[0].from, 0);
    ck_assert_uint_eq(view[1].message.kind, UC_M_EMPTY);
    ck_assert_uint_eq(view[2].message.kind, TOLD);
    ck_assert_uint_eq(view[2].from, UC_PARTY_0);
    verdict_is(UC_INDISTINGUISHABLE);
    stage_input(&real, (UcMessage){ DO_END, { UC_PASS } }); /* one more empty activation in one world */
    verdict_is(UC_DISTINGUISHED);
    ck_assert_uint_eq(compare().entry, 3);
}
END_TEST

START_TEST(empty_is_not_a_message)
{
    open_both();
    stage_input(&real, (UcMessage){ DO_END, { UC_PASS } });
    stage_input(&ideal, (UcMessage){ DO_LOOK, { 0 } });
    verdict_is(UC_DISTINGUISHED);
    ck_assert_uint_eq(compare().entry, 0);
}
END_TEST

/* ---- verdicts, the more telling first ---- */

START_TEST(a_difference_comes_before_everything_later)
{
    open_both();
    both((UcMessage){ DO_STORE, { 666 } });
    verdict_is(UC_INVARIANT_BROKEN);
    both((UcMessage){ DO_WORLD, { 0 } });
    verdict_is(UC_DISTINGUISHED);
    ck_assert_uint_eq(compare().entry, 1);
    both((UcMessage){ DO_FAIL_SIMULATION, { 0 } });
    verdict_is(UC_DISTINGUISHED);
}
END_TEST

START_TEST(rules)
{
    uint64_t at;
    open_both();
    both((UcMessage){ DO_STORE, { 667 } });
    verdict_is(UC_NO_PROGRESS);
    both((UcMessage){ DO_STORE, { 666 } }); /* the first one is kept */
    verdict_is(UC_NO_PROGRESS);
    ck_assert_str_eq(uc_world_broken_rule(real.world, &at), "late: 667 was stored");
    ck_assert_uint_eq(at, 2);
    ck_assert_int_eq(real.stop, UC_STOP_Z); /* the run goes on */
}
END_TEST

START_TEST(a_failed_simulation_comes_before_rules)
{
    open_both();
    both((UcMessage){ DO_STORE, { 666 } });
    both((UcMessage){ DO_FAIL_SIMULATION, { 0 } });
    verdict_is(UC_SIMULATION_FAILED);
    ck_assert_ptr_eq(compare().world, ideal.world);
    ck_assert_str_eq(compare().why, "simulation failed: told to fail");
}
END_TEST

START_TEST(an_error_comes_before_all)
{
    open_both();
    both((UcMessage){ DO_WORLD, { 0 } });
    both((UcMessage){ DO_END, { UC_HALT } });
    verdict_is(UC_ERROR);
}
END_TEST

static int bit[2];
static UcResult halting_z(UcCtx *ctx, const UcEnvelope *in) { return uc_halt(*(const int *)uc_config(ctx)); }
static const UcClass halting = { .name = "halting", .step = halting_z };

START_TEST(the_guess_bit_is_part_of_the_view)
{
    for (int other = 0; other < 2; other++) {
        bit[1] = other;
        real.spec.machine[UC_Z] = (UcMachine){ .class = &halting, .config = &bit[0] };
        ideal.spec.machine[UC_Z] = (UcMachine){ .class = &halting, .config = &bit[1] };
        open_both();
        real.stop = uc_world_run(real.world);
        ideal.stop = uc_world_run(ideal.world);
        ck_assert_int_eq(real.stop, UC_STOP_HALT);
        verdict_is(other ? UC_DISTINGUISHED : UC_INDISTINGUISHABLE);
        if (!other) {
            tear_down();
            set_up();
        }
    }
}
END_TEST

/* Z asks a party so many times, and halts. */
static UcResult talking_z(UcCtx *ctx, const UcEnvelope *in)
{
    int *left = (int *)uc_config(ctx);
    (void)in;
    return (*left)-- > 0 ? uc_send(UC_PARTY_0, (UcMessage){ DO_LOOK, { 0 } }) : uc_halt(0);
}
static const UcClass talking = { .name = "talking", .step = talking_z };

/* Both have halted after the same entries, and one has more: that is a difference, in either world. */
START_TEST(a_longer_view_is_another_one)
{
    int turns[2] = { 2, 2 };
    turns[0] += _i == 0;
    turns[1] += _i == 1;
    real.spec.machine[UC_Z] = (UcMachine){ .class = &talking, .config = &turns[0] };
    ideal.spec.machine[UC_Z] = (UcMachine){ .class = &talking, .config = &turns[1] };
    open_both();
    real.stop = uc_world_run(real.world);
    ideal.stop = uc_world_run(ideal.world);
    ck_assert_int_eq(real.stop, UC_STOP_HALT);
    ck_assert_int_eq(ideal.stop, UC_STOP_HALT);
    UcComparison c = compare();
    ck_assert_int_eq(c.verdict, _i < 2 ? UC_DISTINGUISHED : UC_INDISTINGUISHABLE);
    ck_assert_uint_eq(c.entry, 2);
}
END_TEST

/* ---- state ---- */

static bool same_state(UcDigest a, UcDigest b) { return a.lo == b.lo && a.hi == b.hi; }

START_TEST(fail_leaves_no_trace)
{
    open_both();
    store_it(&real, 5, STORE_PERSIST);
    UcDigest before = uc_world_digest(real.world);
    ck_assert_uint_eq(store_it(&real, 6, STORE_FAIL).kind, UC_M_EMPTY);
    ck_assert(same_state(before, uc_world_digest(real.world)));
    stage_input(&real, (UcMessage){ DO_DRAW, { STORE_FAIL } });
    ck_assert(same_state(before, uc_world_digest(real.world)));
    ck_assert_uint_eq(stage_input(&real, (UcMessage){ DO_LOOK, { 0 } }).w[0], 5);
    store_it(&real, 6, STORE_PERSIST);
    ck_assert(!same_state(before, uc_world_digest(real.world)));
    store_it(&real, 5, STORE_PERSIST);
    ck_assert(same_state(before, uc_world_digest(real.world)));
}
END_TEST

/* ---- marks ---- */

static GArray *marked; /* UcMark, by all but Z and A, as a watcher is shown them; a kind of 0 ends an activation */

static const char *watch_marks(UcCtx *ctx, const UcActivation *a)
{
    static const UcMark end;
    (void)ctx;
    if (a->machine == UC_Z || a->machine == UC_A) {
        ck_assert_uint_eq(a->marks, 0);
        return NULL;
    }
    g_array_append_vals(marked, a->mark, a->marks);
    g_array_append_val(marked, end);
    return NULL;
}

/* What an activation has marked is shown once, whatever becomes of the activation, and no later one has it. */
START_TEST(marks_outlive_their_activation)
{
    static const UcWord how[] = { STORE_ONLY, STORE_PERSIST, STORE_FAIL };
    marked = g_array_new(FALSE, FALSE, sizeof(UcMark));
    real.watcher.watch = watch_marks;
    real.spec.torture = _i;
    open_both();
    for (UcPoint point = UC_POINT_NONE; point <= UC_POINT_AFTER; point = (UcPoint)(point + 1)) {
        for (size_t i = 0; i < G_N_ELEMENTS(how); i++) {
            if (point == UC_POINT_BEFORE || point == UC_POINT_MIDDLE || point == UC_POINT_AFTER)
                stage_order(&real, (UcMessage){ UC_M_CRASH, { point } });
            g_array_set_size(marked, 0);
            store_it(&real, 10 + i, how[i]);
            ck_assert_uint_eq(marked->len, 2);
            const UcMark *m = &g_array_index(marked, UcMark, 0);
            ck_assert(m->kind == DO_STORE && m->a == 10 + i && m->b == how[i]);
            stage_order(&real, (UcMessage){ UC_M_RESTART, { 0 } });
            g_array_set_size(marked, 0);
            stage_input(&real, (UcMessage){ DO_LOOK, { 0 } });
            ck_assert_uint_eq(marked->len, 1);
        }
    }
    g_array_unref(marked);
}
END_TEST

START_TEST(torture_finds_hidden_state)
{
    real.spec.torture = ideal.spec.torture = true;
    open_both();
    both((UcMessage){ DO_STORE, { 3, STORE_PERSIST } });
    both((UcMessage){ DO_STORE, { 4, STORE_FAIL } });
    verdict_is(UC_INDISTINGUISHABLE);
    both((UcMessage){ DO_DRAW, { STORE_PERSIST } });
    ck_assert_int_eq(real.stop, UC_STOP_Z); /* coins are no hidden state */
    both((UcMessage){ DO_COUNT, { 0 } });
    ck_assert_int_eq(real.stop, UC_STOP_DISCIPLINE);
    ck_assert_ptr_nonnull(strstr(uc_world_why(real.world), "torture mode: one has hidden state"));
    ck_assert_ptr_nonnull(strstr(uc_world_why(ideal.world), "torture mode: F has hidden state"));
}
END_TEST

/* A machine of which one thing differs whenever it is run again. */
typedef enum { F_CODE, F_TO, F_PEER, F_KIND, F_WORD, F_LAST_WORD, F_PERSIST, F_CRASH, F_DOWN_AFTER, F_STATE,
               F_EFFECT, F_EFFECT_KIND, F_EFFECT_WORD, F_MARK, F_MARK_KIND, F_MARK_WORD, FICKLE } Fickle;
static Fickle fickle_in;

static UcResult fickle_step(UcCtx *ctx, const UcEnvelope *in)
{
    enum { LAST = UC_MESSAGE_WORDS - 1 };
    static UcWord hidden;
    UcWord odd = hidden++ % 2;
    UcWord with[FICKLE] = { 0 };
    (void)in;
    with[fickle_in] = odd;
    if (with[F_STATE])
        *uc_write(ctx, UC_FIRST_KIND, 0, 1) = 1;
    if (!with[F_EFFECT])
        uc_effect(ctx, &(UcMessage){ UC_M_USER + with[F_EFFECT_KIND], { [LAST] = with[F_EFFECT_WORD] } });
    if (!with[F_MARK])
        uc_mark(ctx, (UcMark){ DO_STORE + with[F_MARK_KIND], with[F_MARK_WORD], 0 });
    bool persist = fickle_in == F_CRASH ? odd : fickle_in == F_PERSIST && odd;
    if (persist && uc_persist(ctx))
        return uc_pass("crashed");
    if (with[F_CODE])
        return uc_pass("odd");
    UcMessage m = { TOLD + with[F_KIND], { with[F_WORD], [LAST] = with[F_LAST_WORD] } };
    UcResult r = uc_send_peer(with[F_TO] ? UC_A : UC_Z, (uint16_t)(UC_PARTY_0 + with[F_PEER]), m);
    r.persist_after = with[F_DOWN_AFTER];
    return r;
}

START_TEST(torture_compares_all_that_a_machine_does)
{
    UcClass fickle = puppet;
    fickle.step = fickle_step;
    fickle_in = (Fickle)_i;
    real.spec.party.class = &fickle;
    real.spec.torture = true;
    open_both();
    if (fickle_in == F_CRASH || fickle_in == F_DOWN_AFTER)
        stage_order(&real, (UcMessage){ UC_M_CRASH, { UC_POINT_MIDDLE } });
    stage_input(&real, (UcMessage){ DO_LOOK, { 0 } });
    ck_assert_int_eq(real.stop, UC_STOP_DISCIPLINE);
    ck_assert_msg(strstr(uc_world_why(real.world), "torture mode: one has hidden state") != NULL, "%d: %s", _i,
                  uc_world_why(real.world));
}
END_TEST

/* ---- crash points ---- */

static const struct {
    UcPoint point;
    UcWord how;
    bool output, down;
    UcWord kept; /* what is stored after a restart; it was 1 and 2 is stored */
} crash[] = {
    { UC_POINT_NONE, STORE_PERSIST, true, false, 2 },
    { UC_POINT_BEFORE, STORE_PERSIST, false, true, 1 },
    { UC_POINT_MIDDLE, STORE_PERSIST, false, true, 2 },
    { UC_POINT_AFTER, STORE_PERSIST, true, true, 2 },
    { UC_POINT_BEFORE, STORE_ONLY, true, false, 1 }, /* nothing is persisted: the crash stays armed */
    { UC_POINT_AFTER, STORE_ONLY, true, false, 1 },
    { UC_POINT_BEFORE, STORE_FAIL, false, false, 1 },
    { UC_POINT_BEFORE, STORE_SEND_THEN_PERSIST, true, true, 1 }, /* the broken order */
    { UC_POINT_NONE, STORE_SEND_THEN_PERSIST, true, false, 2 },
    { UC_POINT_MIDDLE, STORE_TWICE, false, true, 2 },
};

static UcOutcome outcome_of_party;

static void note_outcome(void *data, const UcWorld *world, const UcActivation *a)
{
    (void)data, (void)world;
    if (a->machine == UC_PARTY_0)
        outcome_of_party = a->outcome;
}

START_TEST(crash_points)
{
    open_both();
    uc_world_observe(real.world, note_outcome, NULL);
    store_it(&real, 1, STORE_PERSIST);
    if (crash[_i].point != UC_POINT_NONE)
        stage_order(&real, (UcMessage){ UC_M_CRASH, { crash[_i].point } });
    UcMessage told = store_it(&real, 2, crash[_i].how);
    ck_assert_int_eq(told.kind == TOLD, crash[_i].output);
    ck_assert_int_eq(outcome_of_party.crashed, crash[_i].down && !crash[_i].output);
    ck_assert_int_eq(outcome_of_party.down_after, crash[_i].down && crash[_i].output);
    UcMessage look = stage_input(&real, (UcMessage){ DO_LOOK, { 0 } });
    ck_assert_int_eq(look.kind == UC_M_EMPTY, crash[_i].down);
    stage_order(&real, (UcMessage){ UC_M_CRASH, { UC_POINT_NOW } });
    ck_assert_uint_eq(stage_input(&real, (UcMessage){ DO_LOOK, { 0 } }).kind, UC_M_EMPTY);
    stage_order(&real, (UcMessage){ UC_M_RESTART, { 0 } });
    look = stage_input(&real, (UcMessage){ DO_LOOK, { 0 } });
    ck_assert_uint_eq(look.kind, TOLD);
    ck_assert_uint_eq(look.w[0], crash[_i].kept);
    ck_assert_uint_eq(look.w[1], 0); /* volatile memory is gone */
    ck_assert_uint_eq(store_it(&real, 3, STORE_PERSIST).kind, TOLD); /* restarting has cleared an armed crash */
}
END_TEST

/* What A orders covers just what it may come to: S may disable a party where a counter was torn from its record only. */
START_TEST(orders_cover_what_they_may_come_to)
{
    static const struct {
        UcMessage order;
        UcWord covers;
    } known[] = {
        { { UC_M_CORRUPT, { 0 } }, UC_ORDER_CORRUPT },
        { { UC_M_RESTORE, { 0 } }, UC_ORDER_CRASH | UC_ORDER_DISABLE },
        { { UC_M_RESTART, { 0 } }, 0 },
    };
    open_both();
    for (UcWord point = UC_POINT_NOW; point < UC_POINTS; point++) {
        tear_down();
        set_up();
        open_both();
        stage_order(&real, (UcMessage){ UC_M_CRASH, { point } });
        g_autofree UcCtx *at = uc_world_look(real.world);
        ck_assert_uint_eq(uc_fault(at, 0, false).ordered,
                          UC_ORDER_CRASH | (point == UC_POINT_BETWEEN ? UC_ORDER_DISABLE : 0u));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        tear_down();
        set_up();
        open_both();
        stage_order(&real, known[i].order);
        g_autofree UcCtx *at = uc_world_look(real.world);
        ck_assert_uint_eq(uc_fault(at, 0, false).ordered, known[i].covers);
    }
}
END_TEST

START_TEST(crash_orders_that_do_nothing)
{
    open_both();
    stage_order(&real, (UcMessage){ UC_M_CRASH, { UC_POINT_NONE } });
    stage_order(&real, (UcMessage){ UC_M_CRASH, { UC_POINTS } });
    ck_assert_uint_eq(store_it(&real, 1, STORE_PERSIST).kind, TOLD);
    stage_order(&real, (UcMessage){ UC_M_RESTART, { 0 } });
    ck_assert_uint_eq(stage_input(&real, (UcMessage){ DO_LOOK, { 0 } }).w[1], 1); /* it was up: nothing is lost */
}
END_TEST

/* ---- tapes of machines ---- */

START_TEST(no_crash_moves_a_tape_back)
{
    open_both();
    stage_order(&real, (UcMessage){ UC_M_CRASH, { UC_POINT_BEFORE } });
    ck_assert_uint_eq(stage_input(&real, (UcMessage){ DO_DRAW, { STORE_PERSIST } }).kind, UC_M_EMPTY);
    stage_order(&real, (UcMessage){ UC_M_RESTART, { 0 } });
    UcWord second = stage_input(&real, (UcMessage){ DO_DRAW, { STORE_PERSIST } }).w[0];
    UcWord first = stage_input(&ideal, (UcMessage){ DO_DRAW, { STORE_PERSIST } }).w[0];
    ck_assert_uint_ne(first, second);
}
END_TEST

START_TEST(one_more_draw_shifts_nobody_else)
{
    open_both();
    stage_input(&real, (UcMessage){ DO_DRAW, { STORE_PERSIST } });
    UcWord after = stage_write(&real, UC_PARTY_0 + 1, 0, (UcMessage){ DO_DRAW, { STORE_PERSIST } }).w[0];
    tear_down();
    set_up();
    open_both();
    ck_assert_uint_eq(stage_write(&real, UC_PARTY_0 + 1, 0, (UcMessage){ DO_DRAW, { STORE_PERSIST } }).w[0], after);
    ck_assert_uint_ne(stage_input(&real, (UcMessage){ DO_DRAW, { STORE_PERSIST } }).w[0], after);
}
END_TEST

START_TEST(coupled_and_independent)
{
    for (int independent = 0; independent < 2; independent++) {
        UcWord coins[2];
        Stage twin;
        stage_init(&twin, false, store);
        twin.spec.name = "another";
        real.spec.independent = twin.spec.independent = independent;
        stage_open(&twin);
        stage_open(&real);
        coins[0] = stage_input(&real, (UcMessage){ DO_DRAW, { STORE_PERSIST } }).w[0];
        coins[1] = stage_input(&twin, (UcMessage){ DO_DRAW, { STORE_PERSIST } }).w[0];
        ck_assert_int_eq(coins[0] == coins[1], !independent);
        stage_clear(&twin);
        stage_clear(&real);
        stage_init(&real, false, store);
    }
    stage_open(&real);
    stage_open(&ideal);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("activation rules");
    TCase *t = tcase_create("rules");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, violations_read_alike_in_both_worlds, 0, G_N_ELEMENTS(violation));
    tcase_add_loop_test(t, violations_of_a_party, 0, G_N_ELEMENTS(by_party));
    tcase_add_test(t, only_z_halts);
    tcase_add_test(t, control_comes_back);
    tcase_add_test(t, a_stopped_world_stays_so);
    tcase_add_test(t, both_worlds_run_out_alike);
    tcase_add_test(t, empty_activations_count);
    tcase_add_test(t, empty_is_not_a_message);
    tcase_add_test(t, a_difference_comes_before_everything_later);
    tcase_add_test(t, rules);
    tcase_add_test(t, a_failed_simulation_comes_before_rules);
    tcase_add_test(t, an_error_comes_before_all);
    tcase_add_test(t, the_guess_bit_is_part_of_the_view);
    tcase_add_loop_test(t, a_longer_view_is_another_one, 0, 3);
    tcase_add_test(t, fail_leaves_no_trace);
    tcase_add_loop_test(t, marks_outlive_their_activation, 0, 2);
    tcase_add_test(t, torture_finds_hidden_state);
    tcase_add_loop_test(t, torture_compares_all_that_a_machine_does, 0, FICKLE);
    tcase_add_loop_test(t, crash_points, 0, G_N_ELEMENTS(crash));
    tcase_add_test(t, orders_cover_what_they_may_come_to);
    tcase_add_test(t, crash_orders_that_do_nothing);
    tcase_add_test(t, no_crash_moves_a_tape_back);
    tcase_add_test(t, one_more_draw_shifts_nobody_else);
    tcase_add_test(t, coupled_and_independent);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
