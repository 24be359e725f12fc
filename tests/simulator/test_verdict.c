/* The comparison, over everything that two runs can come to: views, stops, guess bits, broken rules and where it begins, all
 * against all, by the order of docs/model.md, "View and verdict"; the names of verdicts; and the lock that turns worlds. */
#include <stdlib.h>
#include <string.h>

#include "puppet.h"
#include "simulator/lock.h"
#include "tests/support/suite.h"

/* ---- all runs ---- */

static const char *const views[] = { "", "1", "12", "13", "2" };
static const char *const broken_rules[] = { NULL, "late: by far", "A-lost: it" };
enum { VIEWS = G_N_ELEMENTS(views), RULES = G_N_ELEMENTS(broken_rules), BITS = 2, RUNS = VIEWS * RULES * BITS,
       STOPS = UC_STOP_ASSERTION + 1 };

typedef struct {
    Stage stage;
    const char *view, *rule;
    int bit;
} Run;

static UcStore *store;
static Run runs[2][RUNS]; /* real, ideal */

static void act_out(Run *run, bool ideal, unsigned number)
{
    *run = (Run){ .view = views[number % VIEWS], .rule = broken_rules[number / VIEWS % RULES], .bit = (int)(number / VIEWS / RULES) };
    stage_init(&run->stage, ideal, store);
    stage_open(&run->stage);
    for (const char *c = run->view; *c; c++)
        stage_input(&run->stage, (UcMessage){ DO_STORE, { (UcWord)(*c - '0'), STORE_PERSIST } });
    if (run->rule)
        uc_world_note_rule(run->stage.world, run->rule);
    uc_world_halt(run->stage.world, run->bit); /* no entry of the view */
}

static void make_runs(void)
{
    store = uc_store_new();
    for (unsigned i = 0; i < 2 * RUNS; i++)
        act_out(&runs[i / RUNS][i % RUNS], i / RUNS, i % RUNS);
}

static void free_runs(void)
{
    for (unsigned i = 0; i < 2 * RUNS; i++)
        stage_clear(&runs[i / RUNS][i % RUNS].stage);
    uc_store_free(store);
}

/* ---- what they come to ---- */

typedef struct {
    UcVerdict verdict;
    size_t entry;
    const Run *of;   /* whose words it is in; NULL: the comparison's own */
    const char *why; /* NULL: why the run stopped */
} Expected;

static const UcVerdict of_stop[STOPS] = { [UC_STOP_LIMIT] = UC_LIMIT, [UC_STOP_DISCIPLINE] = UC_ERROR, [UC_STOP_SCRIPT] = UC_ERROR,
                                          [UC_STOP_SIMULATION] = UC_SIMULATION_FAILED, [UC_STOP_ASSERTION] = UC_ASSERTION_FAILED };
static bool to_its_end(UcStop s) { return s == UC_STOP_HALT || s == UC_STOP_Z; }

static Expected of_rules(const Run *real, const Run *ideal, size_t entry)
{
    const Run *first = real->rule ? real : ideal;
    return (Expected){ first->rule[0] == 'l' ? UC_NO_PROGRESS : UC_INVARIANT_BROKEN, entry, first, first->rule };
}

static Expected expected(const Run *real, UcStop r, const Run *ideal, UcStop i, size_t from)
{
    size_t nr = strlen(real->view), ni = strlen(ideal->view), at = from;
    if (r == UC_STOP_DISCIPLINE || i == UC_STOP_DISCIPLINE)
        return (Expected){ UC_ERROR, 0, r == UC_STOP_DISCIPLINE ? real : ideal, NULL };
    while (at < MIN(nr, ni) && real->view[at] == ideal->view[at])
        at++;
    bool tail = r == i && to_its_end(r) && nr != ni; /* both had their say, and one said more */
    if (at < MIN(nr, ni) || tail)
        return (Expected){ UC_DISTINGUISHED, MIN(at, MIN(nr, ni)), NULL, "the views of Z differ" };
    if (i == UC_STOP_SIMULATION)
        return (Expected){ UC_SIMULATION_FAILED, ni, ideal, NULL };
    if (r == UC_STOP_SCRIPT && (real->rule || ideal->rule))
        return of_rules(real, ideal, nr);
    if (!to_its_end(r))
        return (Expected){ of_stop[r], nr, real, NULL };
    if (!to_its_end(i))
        return (Expected){ of_stop[i], ni, ideal, NULL };
    if (r == UC_STOP_HALT && real->bit != ideal->bit)
        return (Expected){ UC_DISTINGUISHED, ni, NULL, "the guess bits of Z differ" };
    if (real->rule || ideal->rule)
        return of_rules(real, ideal, ni);
    return (Expected){ UC_INDISTINGUISHABLE, ni, NULL, "" };
}

static void compare(const Run *real, UcStop r, const Run *ideal, UcStop i, size_t from)
{
    UcComparison c = uc_compare(real->stage.world, r, ideal->stage.world, i, from);
    Expected e = expected(real, r, ideal, i, from);
    const char *why = e.why ? e.why : uc_world_why(e.of->stage.world);
    ck_assert_msg(c.verdict == e.verdict && c.entry == e.entry && c.world == (e.of ? e.of->stage.world : NULL) &&
                      !g_strcmp0(c.why, why),
                  "views \"%s\" and \"%s\" from %zu, stops %d and %d, rules %s and %s: expected %s at %zu (%s), got %s at %zu (%s)",
                  real->view, ideal->view, from, r, i, real->rule, ideal->rule, uc_verdict_name[e.verdict], e.entry, why,
                  uc_verdict_name[c.verdict], c.entry, c.why);
    const char *rule = uc_comparison_rule(&c);
    bool names = e.verdict == UC_NO_PROGRESS || e.verdict == UC_INVARIANT_BROKEN;
    ck_assert(names ? rule == c.why : !rule);
    ck_assert_int_eq(uc_verdict_is_open(c.verdict), names || e.verdict == UC_INDISTINGUISHABLE);
}

START_TEST(all_against_all)
{
    make_runs();
    for (unsigned k = 0; k < RUNS * RUNS; k++) {
        const Run *real = &runs[0][k / RUNS], *ideal = &runs[1][k % RUNS];
        for (unsigned stops = 0; stops < STOPS * STOPS; stops++) {
            for (size_t from = 0; from <= MIN(strlen(real->view), strlen(ideal->view)); from++)
                compare(real, (UcStop)(stops / STOPS), ideal, (UcStop)(stops % STOPS), from);
        }
    }
    free_runs();
}
END_TEST

/* ---- verdicts in words ---- */

START_TEST(verdicts_in_words)
{
    static const char *const name[UC_VERDICTS] = { /* as schedules and scenarios write them */
        [UC_INDISTINGUISHABLE] = "indistinguishable", [UC_DISTINGUISHED] = "distinguished",
        [UC_SIMULATION_FAILED] = "simulation failed", [UC_NO_PROGRESS] = "no progress",
        [UC_INVARIANT_BROKEN] = "invariant broken",   [UC_ASSERTION_FAILED] = "assertion failed",
        [UC_LIMIT] = "limit",                         [UC_ERROR] = "error",
    };
    static const char *const none[] = { "", "indistinguishabl", "indistinguishable ", "indistinguishable:", "no progress: ",
                                        "no progress:A1", "no progress A1", "progress", "Limit", "limits", "no" };
    UcOutlook o;
    for (unsigned v = 0; v < UC_VERDICTS; v++) {
        ck_assert_str_eq(uc_verdict_name[v], name[v]);
        ck_assert(uc_outlook_read(uc_verdict_name[v], &o));
        ck_assert(o.verdict == v && !o.rule);
        g_autofree char *plain = uc_outlook_print(o);
        ck_assert_str_eq(plain, uc_verdict_name[v]);
        g_autofree char *with = g_strconcat(uc_verdict_name[v], ": I4: one holds index 3", NULL);
        ck_assert(uc_outlook_read(with, &o));
        ck_assert_uint_eq(o.verdict, v);
        ck_assert_str_eq(o.rule, "I4: one holds index 3");
        g_autofree char *named = uc_outlook_print(o), *short_form = g_strconcat(uc_verdict_name[v], ": I4", NULL);
        ck_assert_str_eq(named, short_form);
        ck_assert(uc_outlook_read(named, &o));
        ck_assert_str_eq(o.rule, "I4");
    }
    ck_assert_ptr_null(uc_verdict_name[UC_VERDICTS]);
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
        ck_assert_msg(!uc_outlook_read(none[i], &o), "\"%s\"", none[i]);
}
END_TEST

/* ---- the lock ---- */

static Stage real, ideal;
static UcLock lock;

static void set_up(void)
{
    store = uc_store_new();
    stage_init(&real, false, store);
    stage_init(&ideal, true, store);
    stage_open(&real);
    stage_open(&ideal);
    lock = (UcLock){ .world = { real.world, ideal.world }, .worlds = 2, .last = { .verdict = UC_INDISTINGUISHABLE, .why = "" } };
}

static void tear_down(void)
{
    stage_clear(&real);
    stage_clear(&ideal);
    uc_store_free(store);
}

static UcVerdict turn(UcMessage m)
{
    return uc_lock_turn(&lock, &(UcEnvelope){ UC_Z, UC_PARTY_0, 0, m }).verdict;
}
static UcMessage stores(UcWord value) { return (UcMessage){ DO_STORE, { value, STORE_PERSIST } }; }

START_TEST(a_turn_looks_at_what_is_new)
{
    ck_assert_int_eq(turn(stores(1)), UC_INDISTINGUISHABLE);
    ck_assert(lock.from == 0 && lock.seen == 1 && lock.running == 1);
    ck_assert_uint_eq(uc_lock_reply(&lock).message.w[0], 1);
    ck_assert_int_eq(turn(stores(2)), UC_INDISTINGUISHABLE);
    ck_assert(lock.from == 1 && lock.seen == 2);
    ck_assert_uint_eq(uc_lock_reply(&lock).message.w[0], 2);
    ck_assert_int_eq(turn((UcMessage){ DO_END, { UC_PASS } }), UC_INDISTINGUISHABLE); /* an entry, and no message */
    ck_assert(lock.from == 2 && lock.seen == 3);
    ck_assert_uint_eq(uc_lock_reply(&lock).message.kind, UC_M_EMPTY);
    ck_assert_uint_eq(uc_lock_reply(&lock).from, 0);
    ck_assert_int_eq(turn((UcMessage){ DO_WORLD, { 0 } }), UC_DISTINGUISHED);
    ck_assert_uint_eq(lock.last.entry, 3);
    ck_assert_uint_eq(uc_lock_reply(&lock).message.w[0], 0); /* of the first world */
    ck_assert_uint_eq(uc_lock_reply(&lock).from, UC_PARTY_0);
}
END_TEST

/* What came before is compared no more: the state of the worlds tells what goes on. */
START_TEST(rewound_worlds_begin_anew)
{
    turn(stores(1));
    turn((UcMessage){ DO_WORLD, { 0 } });
    ck_assert_int_eq(lock.last.verdict, UC_DISTINGUISHED);
    uc_lock_rewind(&lock);
    ck_assert(lock.from == 0 && lock.seen == 0);
    ck_assert_int_eq(lock.last.verdict, UC_INDISTINGUISHABLE);
    ck_assert_str_eq(lock.last.why, "");
    for (int i = 0; i < 2; i++) {
        size_t entries;
        uc_world_view(lock.world[i], &entries);
        ck_assert_uint_eq(entries, 0);
        ck_assert_uint_eq(uc_world_activations(lock.world[i]), 0);
    }
    ck_assert_int_eq(turn((UcMessage){ DO_LOOK, { 0 } }), UC_INDISTINGUISHABLE);
    ck_assert_uint_eq(uc_lock_reply(&lock).message.w[0], 1); /* the state stayed */
    uc_lock_rewind(&lock);
    ck_assert_int_eq(turn((UcMessage){ DO_WORLD, { 0 } }), UC_DISTINGUISHED);
    ck_assert_uint_eq(lock.last.entry, 0);
}
END_TEST

/* A final verdict stays, and nothing runs; a broken rule is none. */
START_TEST(a_final_verdict_stays)
{
    static const struct {
        UcMessage message;
        UcVerdict verdict;
        bool final;
    } row[] = {
        { { DO_STORE, { 667, STORE_PERSIST } }, UC_NO_PROGRESS, false },
        { { DO_STORE, { 666, STORE_PERSIST } }, UC_INVARIANT_BROKEN, false },
        { { DO_LOOK, { 0 } }, UC_INDISTINGUISHABLE, false },
        { { DO_WORLD, { 0 } }, UC_DISTINGUISHED, true },
        { { DO_FAIL_SIMULATION, { 0 } }, UC_SIMULATION_FAILED, true },
        { { DO_END, { UC_HALT } }, UC_ERROR, true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        tear_down();
        set_up();
        UcVerdict got = turn(row[i].message);
        ck_assert_msg(got == row[i].verdict, "row %zu: %s", i, uc_verdict_name[got]);
        uint64_t done[2] = { uc_world_activations(real.world), uc_world_activations(ideal.world) };
        UcVerdict then = turn(stores(3));
        ck_assert_int_eq(then, got);
        ck_assert_int_eq(uc_world_activations(real.world) == done[0], row[i].final);
        ck_assert_int_eq(uc_world_activations(ideal.world) == done[1], row[i].final);
    }
}
END_TEST

/* A rule counts in whichever world it broke, and not only the first that broke. */
START_TEST(a_rule_that_broke_in_any_world)
{
    UcWorld *in[] = { real.world, ideal.world };
    uc_world_note_rule(in[_i], "late: by far");
    uc_world_note_rule(in[_i], "I4: used");
    ck_assert_int_eq(uc_lock_judge(&lock).verdict, UC_NO_PROGRESS);
    ck_assert_ptr_eq(lock.last.world, in[_i]);
    static const struct {
        UcOutlook outlook;
        bool breaks, meets;
    } row[] = {
        { { UC_NO_PROGRESS, NULL }, true, true },          { { UC_NO_PROGRESS, "late" }, true, true },
        { { UC_NO_PROGRESS, "I4" }, true, true },          { { UC_NO_PROGRESS, "I1" }, false, false },
        { { UC_INVARIANT_BROKEN, "I4" }, true, false },    { { UC_NO_PROGRESS, "late: with its text" }, true, true },
        { { UC_INDISTINGUISHABLE, NULL }, true, false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        UcOutlook o = row[i].outlook;
        ck_assert_int_eq(!o.rule || uc_lock_breaks(&lock, o.rule), row[i].breaks);
        ck_assert_int_eq(uc_lock_meets(&lock, o), row[i].meets);
    }
    lock.worlds = 1; /* then the second does not count */
    ck_assert_int_eq(uc_lock_breaks(&lock, "late"), _i == 0);
    ck_assert_int_eq(uc_lock_judge(&lock).verdict, _i == 0 ? UC_NO_PROGRESS : UC_INDISTINGUISHABLE);
}
END_TEST

/* Each session has rules of its own, and what it breaks has its name. */
START_TEST(a_rule_of_a_session)
{
    static const UcRule keys[] = { { "late", .progress = true }, { NULL } }, mail[] = { { "A1", .progress = true }, { NULL } };
    static const struct {
        const char *rule;
        UcVerdict verdict;
    } row[] = {
        { "keys.late: x", UC_NO_PROGRESS }, { "keys.A1: x", UC_INVARIANT_BROKEN }, { "mail.A1: x", UC_NO_PROGRESS },
        { "mail.late: x", UC_INVARIANT_BROKEN }, { "mails.A1: x", UC_INVARIANT_BROKEN }, { "late: x", UC_INVARIANT_BROKEN },
    };
    UcSession session[2];
    for (int i = 0; i < 2; i++) {
        session[i] = uc_session(&real.spec, 0);
        session[i].sid = i ? "mail" : "keys";
        session[i].rules = i ? mail : keys;
        session[i].watchers = 0;
    }
    UcWorldSpec spec = real.spec;
    spec.sessions = session;
    spec.session_count = 2;
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        static const uint8_t seed[UC_SEED_BYTES];
        UcLayout *layout = uc_layout_new();
        UcWorld *world = uc_world_new(&spec, store, layout, seed);
        uc_world_note_rule(world, row[i].rule);
        UcComparison c = uc_compare(world, UC_STOP_Z, world, UC_STOP_Z, 0);
        ck_assert_msg(c.verdict == row[i].verdict, "%s: %s", row[i].rule, uc_verdict_name[c.verdict]);
        uc_world_free(world);
        uc_layout_free(layout);
    }
}
END_TEST

/* One world under its watchers: it is compared with itself. */
START_TEST(one_world_alone)
{
    lock.worlds = 1;
    ck_assert_int_eq(turn((UcMessage){ DO_WORLD, { 0 } }), UC_INDISTINGUISHABLE);
    ck_assert_uint_eq(uc_world_activations(ideal.world), 0);
    ck_assert_int_eq(turn(stores(666)), UC_INVARIANT_BROKEN);
    uint64_t activations = (stage_input(&ideal, stores(1)), uc_world_activations(ideal.world));
    uc_lock_rewind(&lock);
    ck_assert_uint_eq(uc_world_activations(ideal.world), activations);
    ck_assert_int_eq(turn((UcMessage){ DO_END, { UC_HALT } }), UC_ERROR);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("verdicts");
    TCase *t = tcase_create("comparison"), *l = tcase_create("lock");
    tcase_add_test(t, all_against_all);
    tcase_add_test(t, verdicts_in_words);
    tcase_add_checked_fixture(l, set_up, tear_down);
    tcase_add_test(l, a_turn_looks_at_what_is_new);
    tcase_add_test(l, rewound_worlds_begin_anew);
    tcase_add_test(l, a_final_verdict_stays);
    tcase_add_loop_test(l, a_rule_that_broke_in_any_world, 0, 2);
    tcase_add_test(l, a_rule_of_a_session);
    tcase_add_test(l, one_world_alone);
    suite_add_tcase(suite, t);
    suite_add_tcase(suite, l);
    return run_suite(suite);
}
