/* Trials: a scenario run once or with seeds that follow each other, with rules over many runs that no interface of the registry
 * has, and without any. */
#include <stdlib.h>
#include <string.h>

#include "courier.h"
#include "environments/lua/lua_load.h"
#include "environments/runs/trial.h"
#include "environments/worlds/options.h"
#include "foreign.h"
#include "tests/support/suite.h"

/* ---- rules over runs: what they were told, and a verdict that the test says ---- */

static unsigned breaks_at; /* number of runs; 0: never */
static const char *together_says = "W3: letters are alike";
static int alive;

typedef struct {
    unsigned observed[2], ended; /* activations of the real and of the ideal world; runs */
} Told;

static void *begin(void)
{
    alive++;
    return g_new0(Told, 1);
}

static void end(void *told)
{
    alive--;
    g_free(told);
}

static void observe(void *told, const UcWorld *world, const UcActivation *activation)
{
    ((Told *)told)->observed[uc_world_spec(world)->ideal]++;
}

static void end_run(void *told, UcWorld *real)
{
    Told *t = told;
    ck_assert(!uc_world_spec(real)->ideal);
    ck_assert(t->observed[0] > t->ended && t->observed[1] > t->ended); /* of this run too */
    t->ended++;
}

static const char *broken(void *told)
{
    const Told *t = told;
    return breaks_at && t->ended >= breaks_at ? together_says : NULL;
}

static UcNamedCount *compared(const void *told)
{
    const Told *t = told;
    const UcNamedCount count[] = { { "runs", t->ended }, { "steps", t->observed[0] }, { NULL, 0 } };
    return g_memdup2(count, sizeof count);
}

static const UcOverRuns over = { .rule = "W3", .begin = begin, .free = end, .observe = observe,
                                 .end_run = end_run, .broken = broken, .compared = compared };

static const UcRule rules_of_letters[] = { { "A1" }, { "A2" }, { "W3", .progress = true }, { NULL } };

static char *lost(UcWorld *world) { return g_strdup(uc_world_spec(world)->ideal ? "wrong world" : "hsm9"); }

/* ---- the courier, with and without them, and with faults ---- */

static UcInterface interface;
static UcFunctionality functionality;
static UcProtocol protocol;
static UcTriple triple;

/* How many set-ups can be made; negative: any number. */
static int setups;
static char nothing;

static void *setup_new(const UcSessionPlan *plan, char **wrong)
{
    if (!setups) {
        *wrong = g_strdup("greeting: expected paper, got none");
        return NULL;
    }
    setups--;
    return &nothing;
}
static void setup_free(void *setup) { }

/* What a watcher says of each world from its first activation on; NULL: nothing. */
static const char *watched[ENV_WORLDS];

static void *watch_new(const void *setup, const void *inspector, bool ideal) { return &watched[ideal ? ENV_IDEAL : ENV_REAL]; }
static void watch_free(void *watch) { }
static const char *watch(UcCtx *ctx, const UcActivation *activation) { return *(const char *const *)uc_config(ctx); }
static UcWatcher watcher(const void *watch_of) { return (UcWatcher){ .name = "letters", .config = watch_of, .watch = watch }; }

/* F tells Z that letters weigh one byte more. */
static UcResult heavier(UcCtx *ctx, const UcEnvelope *in)
{
    UcResult r = courier.functionality->class->step(ctx, in);
    if (r.code == UC_SEND && !strcmp(uc_message_kind(courier.protocol->interface->messages, r.message.kind)->name, "weight"))
        r.message.w[0]++;
    return r;
}
/* F does what only Z may. */
static UcResult halts(UcCtx *ctx, const UcEnvelope *in) { return (UcResult){ .code = UC_HALT }; }
static const UcClass halting_class = { .name = "F of no more letters", .step = halts };
static const UcClass heavy_class = { .name = "F of heavy letters", .step = heavier };

/* One more option, by which guesses come true. */
typedef struct {
    const char *greeting;
    uint64_t pages;
} Settings;
static const Settings defaults = { "good day", 9 };
static const UcOptionRow options[] = {
    { "greeting", "greeting", UC_OPTION_TEXT, offsetof(Settings, greeting) },
    { "pages", "pages", UC_OPTION_NUMBER, offsetof(Settings, pages), .place = 10, .toy = "pages" },
};

static const UcTriple *courier_with(const UcOverRuns *rules)
{
    interface = *courier.protocol->interface;
    functionality = *courier.functionality;
    protocol = *courier.protocol;
    triple = courier;
    interface.rules = rules_of_letters;
    interface.over_runs = rules;
    interface.compromised = rules ? lost : NULL;
    interface.options = (UcOptionTable){ options, G_N_ELEMENTS(options), &defaults, sizeof defaults };
    interface.setup_new = setup_new;
    interface.setup_free = setup_free;
    interface.watch_new = watch_new;
    interface.watch_free = watch_free;
    interface.watcher = watcher;
    setups = -1;
    memset(watched, 0, sizeof watched);
    functionality.interface = protocol.interface = &interface;
    triple.functionality = &functionality;
    triple.protocol = &protocol;
    return &triple;
}

#define LETTER "assert(z:deliver('hsm2', z:send('hsm1', { to = 'hsm2' })).text == 'good day')"

static GPtrArray *scenario(const char *environment, const UcOverRuns *rules, UcVerdict expect)
{
    GPtrArray *all = foreign_scenario(environment, courier_with(rules));
    EnvScenario *s = all->pdata[0];
    s->expect = expect;
    s->options.torture = false; /* observers see the first run alone */
    env_seed(1, s->options.seed);
    return all;
}

/* What lay in a trial before is nobody's. */
static void spoil(EnvTrial *t) { memset(t, 0x55, sizeof *t); }

static void clear(EnvTrial *t)
{
    env_trial_clear(t);
    ck_assert(!t->rule && !t->why && !t->compromised && !t->compared && !t->world);
    ck_assert(t->entry == -1 && !t->met && !t->stopped);
}

static void once(const EnvScenario *s, EnvTrial *t, GString **trace)
{
    GError *error = NULL;
    spoil(t);
    ck_assert_msg(env_trial_once(s, t, trace, &error), "%s", error ? error->message : "");
    ck_assert_uint_eq(t->runs, 0);
    ck_assert(!t->compared && !t->together);
}

static void seeds(EnvScenario *s, unsigned runs, EnvTrial *t)
{
    GError *error = NULL;
    spoil(t);
    ck_assert_msg(env_trial_seeds(s, runs, t, &error), "%s", error ? error->message : "");
    ck_assert_int_eq(alive, 0);
}

/* ---- once ---- */

START_TEST(one_run_is_judged_by_what_is_expected)
{
    static const struct {
        const char *environment;
        UcVerdict expect, verdict;
        bool stopped;
    } row[] = {
        { LETTER, UC_INDISTINGUISHABLE, UC_INDISTINGUISHABLE, false },
        { LETTER, UC_DISTINGUISHED, UC_INDISTINGUISHABLE, false },
        { "assert(false, 'no letter')", UC_ASSERTION_FAILED, UC_ASSERTION_FAILED, false },
        { "assert(false, 'no letter')", UC_INDISTINGUISHABLE, UC_ASSERTION_FAILED, false },
        { "z:sned('hsm1')", UC_INDISTINGUISHABLE, UC_ERROR, true },
        { "z:sned('hsm1')", UC_ERROR, UC_ERROR, true }, /* what a script does wrong is never what it expects */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        for (int traced = 0; traced < 2; traced++) {
            g_autoptr(GPtrArray) all = scenario(row[i].environment, &over, row[i].expect);
            g_autoptr(GString) trace = NULL;
            EnvTrial t;
            once(all->pdata[0], &t, traced ? &trace : NULL);
            ck_assert_int_eq(t.verdict, row[i].verdict);
            ck_assert(t.stopped == row[i].stopped && t.met == (!row[i].stopped && row[i].verdict == row[i].expect));
            ck_assert(t.entry == -1 && !t.rule && !t.harvested);
            ck_assert_pstr_eq(t.compromised, row[i].stopped ? NULL : "hsm9");
            ck_assert(!row[i].stopped || strstr(t.why, "z has no 'sned'"));
            if (traced) {
                g_autoptr(UcTrace) read = uc_trace_read(trace->str, trace->len, "t", NULL);
                ck_assert_str_eq(uc_trace_verdict_of(read)->verdict, uc_verdict_name[row[i].verdict]);
            }
            clear(&t);
        }
    }
    ck_assert_int_eq(alive, 0); /* one run alone is not asked for them */
}
END_TEST

START_TEST(rules_that_one_run_breaks)
{
    static const struct {
        const char *says[ENV_WORLDS], *expected, *rule, *world;
        bool met;
    } row[] = {
        { { "A1: read", NULL }, NULL, "A1: read", "real", true },
        { { "A1: read", NULL }, "A1", "A1: read", "real", true },
        { { "A1: read", NULL }, "A2", "A1: read", "real", false },
        { { NULL, "A2: lost" }, "A2", "A2: lost", "ideal", true },
        { { "A1: read", "A2: lost" }, "A2", "A1: read", "real", true }, /* any that broke */
        { { NULL, NULL }, NULL, NULL, NULL, false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        g_autoptr(GPtrArray) all = scenario(LETTER, &over, UC_INVARIANT_BROKEN);
        EnvScenario *s = all->pdata[0];
        EnvTrial t;
        s->expect_rule = g_strdup(row[i].expected);
        memcpy(watched, row[i].says, sizeof watched);
        once(s, &t, NULL);
        ck_assert_pstr_eq(t.rule, row[i].rule);
        ck_assert_pstr_eq(t.world, row[i].world);
        ck_assert_int_eq(t.verdict, row[i].rule ? UC_INVARIANT_BROKEN : UC_INDISTINGUISHABLE);
        ck_assert(t.met == row[i].met && t.entry == -1);
        clear(&t);
    }
}
END_TEST

/* A script that stumbles after a rule was broken stumbles over that: it has not stopped by itself. */
START_TEST(a_script_that_stumbles_over_a_broken_rule)
{
    g_autoptr(GPtrArray) all = scenario("z:is_empty('hsm1', 'abc') z:sned('hsm1')", &over, UC_INVARIANT_BROKEN);
    EnvTrial t;
    watched[ENV_REAL] = "A1: read";
    once(all->pdata[0], &t, NULL);
    ck_assert_int_eq(t.verdict, UC_INVARIANT_BROKEN);
    ck_assert(t.met && !t.stopped);
    ck_assert_pstr_eq(t.rule, "A1: read");
    clear(&t);
}
END_TEST

START_TEST(the_first_entry_that_differs)
{
    g_autoptr(GPtrArray) all = scenario("z:is_empty('hsm1', 'abc') z:weigh('hsm1', 'abc')", &over, UC_DISTINGUISHED);
    EnvTrial t;
    functionality.class = &heavy_class;
    once(all->pdata[0], &t, NULL);
    ck_assert_int_eq(t.verdict, UC_DISTINGUISHED);
    ck_assert(t.met && t.entry == 1 && !t.world && !t.rule && t.why);
    clear(&t);
}
END_TEST

/* What a machine does wrong is an error, which a scenario may expect. */
START_TEST(machines_that_break_the_rules)
{
    for (int expected = 0; expected < 2; expected++) {
        g_autoptr(GPtrArray) all = scenario(LETTER, &over, expected ? UC_ERROR : UC_INDISTINGUISHABLE);
        EnvTrial t;
        functionality.class = &halting_class;
        once(all->pdata[0], &t, NULL);
        ck_assert_int_eq(t.verdict, UC_ERROR);
        ck_assert(!t.stopped && t.met == expected && strstr(t.why, "only Z halts"));
        ck_assert_pstr_eq(t.world, "ideal");
        ck_assert_pstr_eq(t.compromised, "hsm9");
        clear(&t);
    }
}
END_TEST

START_TEST(what_is_harvested_is_told)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) all = env_scenario_load("environments/scenarios/handover/hand-over.lua", &error);
    ck_assert_msg(all != NULL, "%s", error ? error->message : "");
    EnvScenario *s = all->pdata[0];
    for (int harvest = 0; harvest < 2; harvest++) {
        EnvTrial t;
        s->options.harvest = harvest;
        once(s, &t, NULL);
        ck_assert(t.met && t.harvested == harvest);
        ck_assert(!harvest || (t.harvest.guesses > 0 && !t.harvest.seeds && !t.harvest.accepted));
        clear(&t);
    }
}
END_TEST

/* The set-up of this run, or of one of several, cannot be made. */
START_TEST(runs_that_cannot_be_made)
{
    for (int made = 0; made < 3; made++) {
        g_autoptr(GPtrArray) all = scenario(LETTER, &over, UC_INDISTINGUISHABLE);
        g_autoptr(GError) error = NULL;
        EnvTrial t;
        setups = made;
        spoil(&t);
        ck_assert(!env_trial_seeds(all->pdata[0], 3, &t, &error));
        ck_assert(strstr(error->message, "greeting: expected paper, got none"));
        ck_assert_int_eq(alive, 0);
        ck_assert_int_eq((int)t.runs, made);
        ck_assert_uint_eq(t.compared[0].count, (unsigned)made);
        ck_assert_int_eq((int)t.entry, -1);
        clear(&t);
    }
    for (int traced = 0; traced < 2; traced++) {
        g_autoptr(GPtrArray) all = scenario(LETTER, &over, UC_INDISTINGUISHABLE);
        g_autoptr(GError) error = NULL;
        GString *trace = NULL;
        EnvTrial t;
        setups = 0;
        spoil(&t);
        ck_assert(!env_trial_once(all->pdata[0], &t, traced ? &trace : NULL, &error));
        ck_assert(!trace && strstr(error->message, "greeting: expected paper, got none"));
        ck_assert_int_eq((int)t.entry, -1); /* as no run came about */
        clear(&t);
    }
}
END_TEST

/* ---- with seeds ---- */

START_TEST(rules_over_runs_are_asked_at_the_end)
{
    for (unsigned runs = 1; runs <= 4; runs++) {
        g_autoptr(GPtrArray) all = scenario(LETTER, &over, UC_INDISTINGUISHABLE);
        EnvScenario *s = all->pdata[0];
        EnvTrial t;
        breaks_at = 3;
        seeds(s, runs, &t);
        const bool breaks = runs >= breaks_at;
        ck_assert_uint_eq(t.runs, runs);
        ck_assert_uint_eq(env_seed_number(s->options.seed), runs);
        ck_assert(t.met == !breaks && t.together == breaks && !t.lucky);
        ck_assert_int_eq(t.verdict, breaks ? UC_NO_PROGRESS : UC_INDISTINGUISHABLE);
        ck_assert_pstr_eq(t.rule, breaks ? "W3: letters are alike" : NULL);
        ck_assert_pstr_eq(t.world, breaks ? "real" : NULL);
        ck_assert_pstr_eq(t.compromised, breaks ? NULL : "hsm9");
        ck_assert_str_eq(t.compared[0].name, "runs");
        ck_assert_uint_eq(t.compared[0].count, runs);
        ck_assert_uint_gt(t.compared[1].count, runs);
        clear(&t);
    }
    breaks_at = 0;
}
END_TEST

/* What the runs together come to is what is expected, when each alone came to that: the verdict, and the rule if one is named. */
START_TEST(rules_over_runs_may_be_expected)
{
    static const struct {
        const char *expected, *breaks;
        bool met;
    } row[] = {
        { NULL, "A1: all alike", true }, { "A1", "A1: all alike", true },   { NULL, "A2: all alike", true },
        { "A1", "A2: all alike", false }, { NULL, "W3: all alike", false }, { "A1", "W3: all alike", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        g_autoptr(GPtrArray) all = scenario(LETTER, &over, UC_INVARIANT_BROKEN);
        EnvScenario *s = all->pdata[0];
        EnvTrial t;
        s->expect_rule = g_strdup(row[i].expected);
        watched[ENV_IDEAL] = "A1: read";
        breaks_at = 2;
        together_says = row[i].breaks;
        seeds(s, 2, &t);
        ck_assert(t.together && t.met == row[i].met && t.runs == 2 && t.entry == -1);
        ck_assert_int_eq(t.verdict, *row[i].breaks == 'W' ? UC_NO_PROGRESS : UC_INVARIANT_BROKEN);
        ck_assert_str_eq(t.rule, row[i].breaks);
        ck_assert_str_eq(t.why, row[i].breaks);
        ck_assert_str_eq(t.world, "real"); /* not where each broke */
        clear(&t);
    }
    breaks_at = 0;
    together_says = "W3: letters are alike";
}
END_TEST

START_TEST(without_such_rules_seeds_are_runs)
{
    g_autoptr(GPtrArray) all = scenario(LETTER, NULL, UC_INDISTINGUISHABLE);
    EnvTrial t;
    seeds(all->pdata[0], 3, &t);
    ck_assert(t.met && !t.compared && !t.compromised);
    ck_assert_uint_eq(t.runs, 3);
    clear(&t);
}
END_TEST

/* A verdict of some seeds only: the first such run is the last one, and its seed stays in the scenario. */
START_TEST(the_first_failure_ends_it)
{
    static const char some[] = "assert(math.random(4) > 1, 'one in four')";
    unsigned bad = 0;
    for (unsigned seed = 1; !bad && seed < 64; seed++) {
        g_autoptr(GPtrArray) all = scenario(some, &over, UC_INDISTINGUISHABLE);
        EnvScenario *s = all->pdata[0];
        EnvTrial t;
        env_seed(seed, s->options.seed);
        once(s, &t, NULL);
        bad = t.met ? 0 : seed;
        clear(&t);
    }
    ck_assert_uint_gt(bad, 1); /* else another script is wanted */
    breaks_at = 1; /* a run that fails alone is not judged with the others */
    for (unsigned runs = bad - 1; runs <= bad + 1; runs++) {
        g_autoptr(GPtrArray) all = scenario(some, &over, UC_INDISTINGUISHABLE);
        EnvScenario *s = all->pdata[0];
        EnvTrial t;
        seeds(s, runs, &t);
        ck_assert_uint_eq(t.runs, MIN(runs, bad));
        ck_assert_uint_eq(env_seed_number(s->options.seed), MIN(runs, bad));
        ck_assert(!t.met && t.together == (runs < bad));
        ck_assert_int_eq(t.verdict, runs < bad ? UC_NO_PROGRESS : UC_ASSERTION_FAILED);
        ck_assert_uint_eq(t.compared[0].count, MIN(runs, bad));
        clear(&t);
    }
    breaks_at = 0;
}
END_TEST

/* ---- with toy parameters ---- */

enum { PAGES_TOY = 8, PAGES = 9, SEEDS = 40 };
typedef enum { GOOD, LUCKY, STOPPED } Outcome;

static GPtrArray *with_pages(const char *environment, uint64_t pages, uint64_t first)
{
    GPtrArray *all = scenario(environment, &over, UC_INDISTINGUISHABLE);
    EnvScenario *s = all->pdata[0];
    ck_assert(env_option_set(&s->options, "pages", pages));
    env_seed(first, s->options.seed);
    return all;
}

/* What comes of runs with these seeds, counted again: a guess that comes true is passed over as often as runs are wanted. */
static void as_counted(const char *environment, const Outcome *of, bool toy, unsigned first, unsigned wanted)
{
    g_autoptr(GPtrArray) all = with_pages(environment, toy ? PAGES_TOY : PAGES, first);
    EnvScenario *s = all->pdata[0];
    EnvTrial t;
    unsigned good = 0, lucky = 0, seed = first;
    Outcome last;
    do {
        last = of[seed++];
        good += last == GOOD;
        if (last == LUCKY && toy && lucky < wanted) {
            lucky++;
            last = GOOD;
        }
    } while (last == GOOD && good < wanted);
    seeds(s, wanted, &t);
    ck_assert_msg(t.runs == seed - first && t.lucky == lucky, "seeds from %u on, %u wanted: %u runs, %u of them lucky", first, wanted,
                  t.runs, t.lucky);
    ck_assert(t.met == (last == GOOD) && t.stopped == (last == STOPPED));
    ck_assert_int_eq(t.verdict, last == GOOD ? UC_INDISTINGUISHABLE : last == LUCKY ? UC_ASSERTION_FAILED : UC_ERROR);
    ck_assert_uint_eq(env_seed_number(s->options.seed), seed - 1);
    ck_assert_uint_eq(t.compared[0].count, t.runs);
    clear(&t);
}

START_TEST(guesses_come_true_with_toy_parameters)
{
    static const char *const environment[] = {
        "assert(math.random(3) > 1, 'a guess')", "assert(math.random(3) > 2, 'a guess')",
        "local n = math.random(6) assert(n > 2, 'a guess') if n == 6 then z:sned('hsm1') end",
        "assert(false, 'a guess')", LETTER,
    };
    Outcome of[SEEDS];
    for (unsigned seed = 1; seed < SEEDS; seed++) {
        g_autoptr(GPtrArray) all = with_pages(environment[_i], PAGES_TOY, seed);
        EnvTrial t;
        once(all->pdata[0], &t, NULL);
        of[seed] = t.met ? GOOD : t.stopped ? STOPPED : LUCKY;
        clear(&t);
    }
    for (unsigned first = 1; first < SEEDS / 2; first += 3) {
        for (unsigned wanted = 1; wanted <= 5; wanted++) {
            as_counted(environment[_i], of, true, first, wanted);
            as_counted(environment[_i], of, false, first, wanted);
        }
    }
}
END_TEST

/* So twice as many seeds may come. */
START_TEST(seeds_that_may_come_with_toy_parameters)
{
    const uint64_t last = G_MAXINT64;
    for (unsigned too_far = 0; too_far < 2; too_far++) {
        g_autoptr(GPtrArray) all = with_pages(LETTER, PAGES_TOY, last - 5 + too_far);
        g_autoptr(GError) error = NULL;
        EnvTrial t;
        ck_assert(env_trial_seeds(all->pdata[0], 3, &t, &error) == !too_far);
        ck_assert(!too_far || !strcmp(error->message, "--seeds: expected seeds up to 2^63 - 1, got 6 from 9223372036854775803 on"));
        ck_assert(!too_far || g_error_matches(error, ENV_ERROR, ENV_ERROR_OPTION));
        clear(&t);
    }
}
END_TEST

START_TEST(seeds_that_may_come_are_numbers_of_seeds)
{
    g_autoptr(GPtrArray) all = scenario(LETTER, &over, UC_INDISTINGUISHABLE);
    EnvScenario *s = all->pdata[0];
    g_autoptr(GError) error = NULL;
    EnvTrial t;
    env_seed((uint64_t)G_MAXINT64 - 1, s->options.seed);
    ck_assert(!env_trial_seeds(s, 3, &t, &error));
    ck_assert_str_eq(error->message, "--seeds: expected seeds up to 2^63 - 1, got 3 from 9223372036854775806 on");
    clear(&t);
    seeds(s, 2, &t);
    ck_assert(t.met && t.runs == 2);
    clear(&t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trial");
    TCase *c = tcase_create("trial");
    tcase_add_test(c, one_run_is_judged_by_what_is_expected);
    tcase_add_test(c, rules_that_one_run_breaks);
    tcase_add_test(c, a_script_that_stumbles_over_a_broken_rule);
    tcase_add_test(c, the_first_entry_that_differs);
    tcase_add_test(c, machines_that_break_the_rules);
    tcase_add_test(c, what_is_harvested_is_told);
    tcase_add_test(c, runs_that_cannot_be_made);
    tcase_add_test(c, rules_over_runs_are_asked_at_the_end);
    tcase_add_test(c, rules_over_runs_may_be_expected);
    tcase_add_test(c, without_such_rules_seeds_are_runs);
    tcase_add_test(c, the_first_failure_ends_it);
    tcase_add_loop_test(c, guesses_come_true_with_toy_parameters, 0, 5);
    tcase_add_test(c, seeds_that_may_come_with_toy_parameters);
    tcase_add_test(c, seeds_that_may_come_are_numbers_of_seeds);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
