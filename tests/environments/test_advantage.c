/* Measured advantage: attacks with toy parameters against their bounds, honest use, the same result for any number of
 * jobs, bad input, interruption, and a simulation that fails without a bad event. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "courier.h"
#include "environments/runs/advantage.h"
#include "protocol/ticketed/measured.h"
#include "protocol/ticketed/party.h"
#include "report/advantage.h"
#include "report/plot_advantage.h"
#include "tests/support/suite.h"

static EnvMeasure measure_of(const char *native, uint64_t samples)
{
    EnvMeasure m = { .samples = samples, .jobs = 2, .alpha = 0.05, .precision = 0.01 };
    ck_assert_msg(env_measure_native(&m, native), "%s", native);
    env_seed(1, m.seed);
    return m;
}

static UcAdvantage *run(const EnvMeasure *m)
{
    GError *error = NULL;
    UcAdvantage *a = env_advantage(m, &error);
    ck_assert_msg(a != NULL, "%s", error ? error->message : "");
    return a;
}

static RepConclusion conclusion_of(const UcAdvantage *a)
{
    RepMeasured r = { .advantage = a };
    return rep_advantage_conclusion(&r);
}

START_TEST(honest_use_shows_nothing)
{
    EnvMeasure m = measure_of("hand-over", 3000);
    g_autoptr(UcAdvantage) a = run(&m);
    ck_assert_uint_eq(a->n, 3000);
    ck_assert_uint_eq(a->bad_any, 0);
    ck_assert_uint_eq(a->failed, 0);
    ck_assert_uint_eq(a->rejected, 0);
    ck_assert(a->tests > 1000); /* it did look */
    ck_assert(a->distinguisher[0].exact.low == 0 && a->distinguisher[0].exact.high < 0.01);
    ck_assert_int_eq(conclusion_of(a), REP_NOTHING_FOUND);
}
END_TEST

/* Every attack is seen to work, within its bound, and only together with the event that the proof bounds. */
static const struct {
    const char *native;
    PiBad bad;
    uint64_t queries, samples;
} attack[] = {
    { "tag-guess", PI_BAD_SEAL, 32, 1500 },
    { "ticket-collision", PI_BAD_TICKET, 80, 1500 },
    { "onetime-forgery", PI_BAD_SIGNATURE, 32, 800 },
};

START_TEST(attacks_meet_their_bounds)
{
    EnvMeasure m = measure_of(attack[_i].native, attack[_i].samples);
    m.effort.queries = attack[_i].queries;
    g_autoptr(UcAdvantage) a = run(&m);
    const UcDistinguisher *z = &a->distinguisher[0];
    UcSessionPlan plan = env_session_plan(&m.options);
    double bound = m.native->bound(&plan, &m.effort);
    ck_assert(z->exact.low > 0);
    ck_assert(z->exact.low <= bound);
    ck_assert_msg(fabs(z->estimate - bound) < 0.4 * bound, "%g, bound %g", z->estimate, bound);
    ck_assert_uint_eq(z->ideal.hits, 0);
    ck_assert_uint_eq(a->bad[attack[_i].bad], a->bad_any);
    ck_assert(a->bad_any > 0 && a->bad_any_real > 0);
    ck_assert(!a->exceeds_bad && !a->views_exceed_bad);
    ck_assert_int_eq(conclusion_of(a), REP_WITHIN_BOUND);
}
END_TEST

/* A second byte of tag, of ticket or of hash makes the attack 256 times rarer. */
START_TEST(another_byte_helps)
{
    EnvMeasure m = measure_of(attack[_i].native, 600);
    m.effort.queries = 24;
    pi_settings(&m.options.protocol)->tag_bytes = attack[_i].bad == PI_BAD_SEAL ? 2 : 16;
    dkm_settings(&m.options.interface)->ticket_bytes = attack[_i].bad == PI_BAD_TICKET ? 3 : 16;
    if (attack[_i].bad == PI_BAD_SIGNATURE)
        dkm_settings(&m.options.interface)->scheme = "TOY-LMS_SHAKE_M2_H2/LMOTS_SHAKE_N2_W2";
    g_autoptr(UcAdvantage) a = run(&m);
    ck_assert_uint_le(a->distinguisher[0].real.hits, 3);
    ck_assert_uint_le(a->bad_any, 3);
}
END_TEST

START_TEST(replay_needs_a_collision)
{
    EnvMeasure m = measure_of("ticket-replay", 600);
    dkm_settings(&m.options.interface)->ticket_bytes = 1;
    m.effort.queries = 8;
    g_autoptr(UcAdvantage) a = run(&m);
    ck_assert(a->distinguisher[0].real.hits > 0 && a->distinguisher[0].ideal.hits == 0);
    ck_assert(a->failed > 0 && a->failed <= a->bad[PI_BAD_TICKET]);
    ck_assert(!a->exceeds_bad && !a->views_exceed_bad);
}
END_TEST

static char *json_of(const EnvMeasure *m)
{
    g_autoptr(UcAdvantage) a = run(m);
    RepMeasured measured = { .advantage = a, .parameter = { { "queries", (double)m->effort.queries } } };
    RepAdvantage r = { .scenario = "s", .title = "t", .crypto = "c", .swept = "queries", .command = "",
                       .measured = &measured, .count = 1 };
    return rep_advantage_json(&r);
}

START_TEST(jobs_do_not_matter)
{
    EnvMeasure m = measure_of("tag-guess", 300);
    m.jobs = 1;
    g_autofree char *one = json_of(&m);
    m.jobs = 5;
    g_autofree char *five = json_of(&m);
    ck_assert_str_eq(one, five);
    env_seed(2, m.seed);
    g_autofree char *other = json_of(&m);
    ck_assert_str_ne(one, other);
}
END_TEST

START_TEST(sequential_stops_early)
{
    EnvMeasure m = measure_of("tag-guess", 1000000);
    m.sequential = true;
    m.effort.queries = 64; /* a quarter */
    g_autoptr(UcAdvantage) a = run(&m);
    ck_assert_uint_eq(a->n, ENV_FIRST_LOOK);
    ck_assert_uint_eq(a->plan.look, 0);
    ck_assert(a->each < 0.05 / 2 / 2); /* a look may spend its share only */
    m.effort.queries = 1;
    m.precision = 0.006;
    g_autoptr(UcAdvantage) later = run(&m);
    ck_assert(later->n > a->n && later->n < m.samples && later->plan.look > 0);
}
END_TEST

static volatile int stop_after;
static void stop_soon(void *data, uint64_t done)
{
    if (done >= 200)
        stop_after = 1;
}

START_TEST(interruption_gives_a_wider_interval)
{
    EnvMeasure m = measure_of("hand-over", 20000);
    stop_after = 0;
    m.interrupted = &stop_after;
    m.progress = stop_soon;
    g_autoptr(UcAdvantage) part = run(&m);
    ck_assert(part->plan.interrupted && part->n >= 200 && part->n < 2000);
    m = measure_of("hand-over", 4000);
    g_autoptr(UcAdvantage) whole = run(&m);
    ck_assert(!whole->plan.interrupted);
    ck_assert(part->distinguisher[0].exact.high > whole->distinguisher[0].exact.high);
    GError *error = NULL;
    m.interrupted = &stop_after; /* already */
    ck_assert(env_advantage(&m, &error) == NULL && strstr(error->message, "before the first sample"));
    g_error_free(error);
}
END_TEST

START_TEST(bad_input)
{
    struct {
        uint64_t samples;
        double alpha, precision;
        unsigned jobs;
        const char *expected;
    } row[] = {
        { 0, 0.05, 0.01, 1, "samples: expected 1 to 10^9, got 0" },
        { ENV_SAMPLES_MAX + UINT64_C(1), 0.05, 0.01, 1, "samples: expected 1 to 10^9, got 1000000001" },
        { 10, 0, 0.01, 1, "alpha: expected" },
        { 10, 1, 0.01, 1, "alpha: expected" },
        { 10, (double)NAN, 0.01, 1, "alpha: expected" },
        { 10, 0.05, 0, 1, "precision: expected" },
        { 10, 0.05, 0.01, 0, "jobs: expected" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        GError *error = NULL;
        EnvMeasure m = measure_of("hand-over", row[i].samples);
        m.alpha = row[i].alpha;
        m.precision = row[i].precision;
        m.jobs = row[i].jobs;
        ck_assert(env_advantage(&m, &error) == NULL);
        ck_assert_msg(strstr(error->message, row[i].expected) != NULL, "row %zu: %s", i, error->message);
        g_error_free(error);
    }
}
END_TEST

START_TEST(toy_options_are_checked)
{
    static const struct {
        unsigned tag, ticket;
        bool seal_real;
        const char *expected;
    } row[] = { { 0, 16, true, "tag_bytes" },   { 17, 16, true, "tag_bytes" },          { 16, 0, true, "ticket_bytes" },
                { 16, 17, true, "ticket_bytes" }, { 8, 16, false, "an ideal seal has no tag to shorten" } };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        EnvOptions o = env_default_options();
        GError *error = NULL;
        o.crypto_ideal = true;
        pi_settings(&o.protocol)->tag_bytes = row[i].tag;
        dkm_settings(&o.interface)->ticket_bytes = row[i].ticket;
        dkm_settings(&o.interface)->seal_real = row[i].seal_real;
        ck_assert(env_worlds_new(&o, &error) == NULL);
        ck_assert_msg(strstr(error->message, row[i].expected) != NULL, "row %zu: %s", i, error->message);
        g_error_free(error);
    }
}
END_TEST

/* Tags and tickets of every length from 1 to 16 work for honest use. */
START_TEST(every_toy_length_works)
{
    EnvMeasure m = measure_of("hand-over", 3);
    dkm_settings(&m.options.interface)->seal_real = true;
    pi_settings(&m.options.protocol)->tag_bytes = (unsigned)_i;
    dkm_settings(&m.options.interface)->ticket_bytes = (unsigned)_i;
    g_autoptr(UcAdvantage) a = run(&m);
    ck_assert_uint_eq(a->failed, 0);
    ck_assert_uint_eq(a->rejected, 0);
}
END_TEST

/* A Z that tells the worlds apart by something that is no bad event: it looks at the description of the world, which no
 * honest Z can. The report must not blame the bad events. */
static int cheat(UcPlay *p)
{
    uc_play_input(p, 0, (UcMessage){ DKM_STATUS, { UC_NONE } });
    return !uc_world_spec(p->world)->ideal;
}

START_TEST(a_difference_without_a_bad_event_is_shown)
{
    static const UcNative cheater = { .name = "cheater", .title = "cheats", .play = cheat };
    EnvMeasure m = measure_of("hand-over", 200);
    m.native = &cheater;
    g_autoptr(UcAdvantage) a = run(&m);
    ck_assert(a->exceeds_bad && a->views_exceed_bad && a->rejected > 0);
    ck_assert(a->distinguisher[0].estimate == 1);
    ck_assert_int_eq(conclusion_of(a), REP_EXCEEDS_BOUND);
}
END_TEST

/* ---- a triple that brings no bad events and stands in no registry ---- */

static int write_letter(UcPlay *p)
{
    UcStore *store = uc_world_store(p->world);
    UcMessage sent = uc_play_input(p, 0, (UcMessage){ UC_M_USER, { 1, uc_store_text(store, "come") } });
    UcMessage got = uc_play_order(p, 1, (UcMessage){ UC_M_DELIVER, { sent.w[1] } });
    p->feature[p->features++] = sent.kind == UC_M_PAYLOAD && got.w[1] == uc_store_text(store, "come");
    return p->plan->seed || p->setup || p->effort->queries != 7; /* Z does not know the seed */
}

static int write_and_cheat(UcPlay *p)
{
    write_letter(p);
    return !uc_world_spec(p->world)->ideal;
}

START_TEST(another_triple_is_measured)
{
    static const char *const arrived[] = { "arrived", NULL };
    static const UcNative honest = { .name = "letter", .title = "one letter", .play = write_letter, .feature_name = arrived },
                          cheater = { .name = "cheater", .title = "cheats", .play = write_and_cheat, .feature_name = arrived };
    EnvMeasure m = measure_of("hand-over", 200);
    env_options_take(&m.options, &courier);
    m.effort.queries = 7;
    m.native = &honest;
    g_autoptr(UcAdvantage) a = run(&m);
    ck_assert_uint_eq(a->n, 200);
    ck_assert_uint_eq(a->distinguisher[0].real.hits + a->distinguisher[0].ideal.hits, 0);
    ck_assert_uint_eq(a->distinguisher[1].real.hits, 200);
    ck_assert_uint_eq(a->distinguisher[1].ideal.hits, 200);
    ck_assert(!a->plan.bad_name[0] && a->bad_any == 0 && a->failed == 0);
    m.native = &cheater;
    g_autoptr(UcAdvantage) b = run(&m);
    ck_assert(b->exceeds_bad);
}
END_TEST

/* Names are one list, whoever brings them. */
START_TEST(names_of_natives_differ)
{
    const UcNative *one, *other;
    for (unsigned i = 0; (one = env_native_at(i, NULL)); i++) {
        for (unsigned k = 0; k < i && (other = env_native_at(k, NULL)); k++)
            ck_assert_str_ne(one->name, other->name);
        EnvMeasure m = { .samples = 1 };
        ck_assert(env_measure_native(&m, one->name) && m.native == one && m.effort.queries == one->queries);
        ck_assert(one->queries <= one->queries_max && !one->bound == !one->bound_text);
    }
    EnvMeasure m = { .samples = 1 };
    ck_assert(!env_measure_native(&m, "letter") && !m.native);
}
END_TEST

static int constant(UcPlay *p) { return 0; }

START_TEST(constant_views_are_no_tests)
{
    static const UcNative idle = { .name = "idle", .title = "does nothing", .play = constant };
    EnvMeasure m = measure_of("hand-over", 200);
    m.native = &idle;
    g_autoptr(UcAdvantage) a = run(&m);
    ck_assert(a->constant && a->tests == 0 && a->rejected == 0);
    RepMeasured measured = { .advantage = a };
    RepAdvantage r = { .scenario = "s", .title = "t", .crypto = "c", .command = "", .measured = &measured, .count = 1 };
    g_autofree char *text = rep_advantage_text(&r);
    ck_assert(strstr(text, "there was nothing to test") != NULL);
}
END_TEST

START_TEST(figure_script)
{
    EnvMeasure m = measure_of("ticket-collision", 100);
    g_autofree char *json = json_of(&m);
    GError *error = NULL;
    g_autofree char *script = rep_plot_advantage(json, "it's `here`", &error);
    ck_assert_msg(script != NULL, "%s", error ? error->message : "");
    ck_assert(strstr(script, "set logscale y 10") && strstr(script, "yerrorbars"));
    ck_assert(strstr(script, "set title 'it''s `here`'") != NULL);
    static const char *const bad[] = { "", "{", "[]", "{}", "{\"ucsim\":\"advantage\"}",
                                       "{\"ucsim\":\"advantage\",\"points\":[]}",
                                       "{\"ucsim\":\"advantage\",\"points\":[1]}",
                                       "{\"ucsim\":\"advantage\",\"points\":[{\"distinguishers\":[7]}]}" };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        error = NULL;
        ck_assert_msg(rep_plot_advantage(bad[i], NULL, &error) == NULL && error, "row %zu", i);
        g_error_free(error);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("advantage");
    TCase *c = tcase_create("advantage");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, honest_use_shows_nothing);
    tcase_add_loop_test(c, attacks_meet_their_bounds, 0, G_N_ELEMENTS(attack));
    tcase_add_loop_test(c, another_byte_helps, 0, G_N_ELEMENTS(attack));
    tcase_add_test(c, replay_needs_a_collision);
    tcase_add_test(c, jobs_do_not_matter);
    tcase_add_test(c, sequential_stops_early);
    tcase_add_test(c, interruption_gives_a_wider_interval);
    tcase_add_test(c, bad_input);
    tcase_add_test(c, toy_options_are_checked);
    tcase_add_loop_test(c, every_toy_length_works, 1, 17);
    tcase_add_test(c, a_difference_without_a_bad_event_is_shown);
    tcase_add_test(c, another_triple_is_measured);
    tcase_add_test(c, names_of_natives_differ);
    tcase_add_test(c, constant_views_are_no_tests);
    tcase_add_test(c, figure_script);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
