/* Trials: a scenario run once or with seeds that follow each other, with rules over many runs that no interface of the registry
 * has, and without any. */
#include <stdlib.h>
#include <string.h>

#include "courier.h"
#include "environments/runs/trial.h"
#include "environments/worlds/options.h"
#include "foreign.h"
#include "tests/support/suite.h"

/* ---- rules over runs: what they were told, and a verdict that the test says ---- */

static unsigned breaks_at; /* number of runs; 0: never */
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
    return breaks_at && t->ended >= breaks_at ? "W3: letters are alike" : NULL;
}

static UcNamedCount *compared(const void *told)
{
    const Told *t = told;
    const UcNamedCount count[] = { { "runs", t->ended }, { "steps", t->observed[0] }, { NULL, 0 } };
    return g_memdup2(count, sizeof count);
}

static const UcOverRuns over = { .rule = "W3", .begin = begin, .free = end, .observe = observe,
                                 .end_run = end_run, .broken = broken, .compared = compared };

static const UcRule rules_of_letters[] = { { "A1" }, { "W3", .progress = true }, { NULL } };

static char *lost(UcWorld *world) { return g_strdup(uc_world_spec(world)->ideal ? "wrong world" : "hsm9"); }

/* The courier, with and without them. */
static UcInterface interface;
static UcFunctionality functionality;
static UcProtocol protocol;
static UcTriple triple;

static const UcTriple *courier_with(const UcOverRuns *rules)
{
    interface = *courier.protocol->interface;
    functionality = *courier.functionality;
    protocol = *courier.protocol;
    triple = courier;
    interface.rules = rules_of_letters;
    interface.over_runs = rules;
    interface.compromised = rules ? lost : NULL;
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

static void once(const EnvScenario *s, EnvTrial *t, GString **trace)
{
    GError *error = NULL;
    ck_assert_msg(env_trial_once(s, t, trace, &error), "%s", error ? error->message : "");
    ck_assert_uint_eq(t->runs, 0);
    ck_assert(!t->compared && !t->together);
}

static void seeds(EnvScenario *s, unsigned runs, EnvTrial *t)
{
    GError *error = NULL;
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
            env_trial_clear(&t);
        }
    }
    ck_assert_int_eq(alive, 0); /* one run alone is not asked for them */
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
        env_trial_clear(&t);
    }
    breaks_at = 0;
}
END_TEST

START_TEST(without_such_rules_seeds_are_runs)
{
    g_autoptr(GPtrArray) all = scenario(LETTER, NULL, UC_INDISTINGUISHABLE);
    EnvTrial t;
    seeds(all->pdata[0], 3, &t);
    ck_assert(t.met && !t.compared && !t.compromised);
    ck_assert_uint_eq(t.runs, 3);
    env_trial_clear(&t);
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
        env_trial_clear(&t);
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
        env_trial_clear(&t);
    }
    breaks_at = 0;
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
    env_trial_clear(&t);
    seeds(s, 2, &t);
    ck_assert(t.met && t.runs == 2);
    env_trial_clear(&t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trial");
    TCase *c = tcase_create("trial");
    tcase_add_test(c, one_run_is_judged_by_what_is_expected);
    tcase_add_test(c, rules_over_runs_are_asked_at_the_end);
    tcase_add_test(c, without_such_rules_seeds_are_runs);
    tcase_add_test(c, the_first_failure_ends_it);
    tcase_add_test(c, seeds_that_may_come_are_numbers_of_seeds);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
